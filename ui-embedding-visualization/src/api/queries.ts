/** TanStack Query hooks: what components use instead of the client. */
import { keepPreviousData, QueryClient, useQuery } from '@tanstack/react-query'
import { ApiError, getModels, getProjection, getTracks } from './client'
import type { ProjectionQuery } from './types'

const FRESH_MS = 60_000

/** A refusal (4xx) stays a refusal; only a server that does not answer is asked again. */
const shouldRetry = (failures: number, error: Error) => failures < 2 && !(error instanceof ApiError && error.status >= 400)

export const createQueryClient = () =>
  new QueryClient({ defaultOptions: { queries: { staleTime: FRESH_MS, retry: shouldRetry, retryDelay: 600 } } })

export const useModels = () => useQuery({ queryKey: ['models'], queryFn: ({ signal }) => getModels(signal) })

export const useTracks = () => useQuery({ queryKey: ['tracks'], queryFn: ({ signal }) => getTracks(signal) })

/** The last map stays on screen until the next one has come, so that the points can move to their new places. */
export const useProjection = (query: ProjectionQuery | null) =>
  useQuery({
    queryKey: ['projection', query],
    queryFn: ({ signal }) => getProjection(query as ProjectionQuery, signal),
    enabled: query !== null,
    placeholderData: keepPreviousData,
    gcTime: 10 * 60_000,
  })
