/** TanStack Query hooks: what components use instead of the client. */
import { keepPreviousData, QueryClient, skipToken, useQueries, useQuery } from '@tanstack/react-query'
import { ApiError, getActivations, getBlend, getEvolution, getExtractions, getModels, getNeighbours, getPath, getProjection, getSegments, getTracks, getWaveform } from './client'
import type { Hit, ModelSpace, Moment, ProjectionQuery } from './types'

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

export const useActivations = (of: { model: string; variant: string; tag: string } | null) =>
  useQuery({
    queryKey: ['activations', of],
    queryFn: ({ signal }) => getActivations(of?.model ?? '', of?.variant ?? '', of?.tag ?? '', signal),
    enabled: of !== null,
  })

export const useExtractions = () => useQuery({ queryKey: ['extractions'], queryFn: ({ signal }) => getExtractions(signal) })

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

/** What does not change while the library stays as it is. */
const LASTING = { staleTime: Infinity, gcTime: 10 * 60_000 }

const neighbourQuery = (space: ModelSpace | null, moment: Moment | null, k: number) => ({
  queryKey: ['neighbours', space, moment, k],
  queryFn: ({ signal }: { signal: AbortSignal }) => getNeighbours(space as ModelSpace, moment as Moment, k, signal),
  enabled: space !== null && moment !== null,
})

export const useNeighbours = (space: ModelSpace | null, moment: Moment | null, k: number) => useQuery(neighbourQuery(space, moment, k))

/** The neighbours of several moments at once. */
export const useNeighboursOfEach = (space: ModelSpace | null, moments: readonly Moment[], k: number) =>
  useQueries({
    queries: moments.map((moment) => ({ ...neighbourQuery(space, moment, k), ...LASTING })),
    combine: dataOfEach,
  })

const dataOfEach = (results: readonly { data: Hit[] | undefined }[]) => results.map((result) => result.data)

export const usePath = (space: ModelSpace | null, from: string | null, to: string | null, steps: number) =>
  useQuery({
    queryKey: ['path', space, from, to, steps],
    queryFn: ({ signal }) => getPath(space as ModelSpace, from as string, to as string, steps, signal),
    enabled: space !== null && from !== null && to !== null,
  })

export const useBlend = (space: ModelSpace | null, plus: readonly string[], minus: readonly string[], k: number) =>
  useQuery({
    queryKey: ['blend', space, plus, minus, k],
    queryFn: ({ signal }) => getBlend(space as ModelSpace, plus, minus, k, signal),
    enabled: space !== null && plus.length > 0,
  })

export const useEvolution = (space: ModelSpace | null, artist: string | null, beside: string | null) =>
  useQuery({
    queryKey: ['evolution', space?.model, space?.variant, artist, beside],
    queryFn: ({ signal }) => getEvolution(space as ModelSpace, artist as string, beside, signal),
    enabled: space !== null && artist !== null,
  })

export const useSegments = (space: ModelSpace | null, track: string | null) =>
  useQuery({
    queryKey: ['segments', space?.model, space?.variant, track],
    queryFn: ({ signal }) => getSegments(space as ModelSpace, track as string, signal),
    enabled: space !== null && track !== null,
    ...LASTING,
  })

export const useWaveform = (track: string | null, points: number) =>
  useQuery({
    queryKey: ['waveform', track, points],
    queryFn: ({ signal }) => getWaveform(track as string, points, signal),
    enabled: track !== null,
    ...LASTING,
  })
