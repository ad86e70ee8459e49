/** TanStack Query hooks: what components use instead of the client. */
import { keepPreviousData, QueryClient, skipToken, useQuery } from '@tanstack/react-query'
import { ApiError, getModels, getProjection, getTracks } from './client'
import type { ProjectionQuery } from './types'

const FRESH_MS = 60_000
const STALE_MAP_MS = 3000

/** A refusal (4xx) stays a refusal; only a server that does not answer is asked again. */
const shouldRetry = (failures: number, error: Error) => failures < 2 && !(error instanceof ApiError && error.status >= 400)

export const createQueryClient = () =>
  new QueryClient({ defaultOptions: { queries: { staleTime: FRESH_MS, retry: shouldRetry, retryDelay: 600 } } })

export const useModels = () => useQuery({ queryKey: ['models'], queryFn: ({ signal }) => getModels(signal) })

export const useTracks = () => useQuery({ queryKey: ['tracks'], queryFn: ({ signal }) => getTracks(signal) })

const progressKey = (query: ProjectionQuery | null) => ['projection progress', query]

/** How much of a map the server has drawn, 0 to 1; null for one that needs no drawing. */
export const useProjectionProgress = (query: ProjectionQuery | null): number | null =>
  useQuery<number | null>({ queryKey: progressKey(query), queryFn: skipToken, initialData: null }).data ?? null

/** The last map stays on screen until the next one has come, so that the points can move to their new places. */
export const useProjection = (query: ProjectionQuery | null) =>
  useQuery({
    queryKey: ['projection', query],
    queryFn: ({ signal, client }) => {
      const tell = (share: number | null) => client.setQueryData(progressKey(query), share)
      return getProjection(query as ProjectionQuery, signal, tell).finally(() => tell(null))
    },
    enabled: query !== null,
    refetchInterval: ({ state }) => (state.data?.stale ? STALE_MAP_MS : false),
    placeholderData: keepPreviousData,
    gcTime: 10 * 60_000,
  })
