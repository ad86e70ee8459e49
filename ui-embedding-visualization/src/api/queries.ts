/** TanStack Query hooks: what components use instead of the client. */
import { keepPreviousData, QueryClient, queryOptions, skipToken, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import {
  ApiError,
  getActivations,
  getBlend,
  getClusters,
  getDisagreement,
  getEvolution,
  getExtractions,
  getMapQuality,
  getModels,
  getNeighbours,
  getOverlap,
  getPath,
  getProjection,
  getRegions,
  getSegments,
  getShownNear,
  getTracks,
  getWaveform,
} from './client'
import type { ModelsAnswer, ModelSpace, Moment, ProjectionQuery } from './types'

const FRESH_MS = 60_000
const STALE_MAP_MS = 3000
const IDLE_MS = 1000

/** A refusal (4xx) stays a refusal; only a server that does not answer is asked again. */
const shouldRetry = (failures: number, error: Error) => failures < 2 && !(error instanceof ApiError && error.status >= 400)

export const createQueryClient = () =>
  new QueryClient({ defaultOptions: { queries: { staleTime: FRESH_MS, retry: shouldRetry, retryDelay: 600 } } })

const modelsQuery = queryOptions({ queryKey: ['models'], queryFn: ({ signal }) => getModels(signal) })

export const useModels = (enabled: boolean) => useQuery({ ...modelsQuery, enabled })

/** Asks for the models, for what cannot be done without them: at once where they are there. */
export function useModelsOnce(): () => Promise<ModelsAnswer> {
  const client = useQueryClient()
  return useCallback(() => client.ensureQueryData(modelsQuery), [client])
}

/** Once what is on its way to the screen has got there; Safari has no idle callbacks. */
const whenIdle = () =>
  new Promise<void>((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: IDLE_MS })
    else setTimeout(resolve, 0)
  })

export const useTracks = (enabled: boolean) =>
  useQuery({ queryKey: ['tracks'], queryFn: ({ signal }) => whenIdle().then(() => getTracks(signal)), enabled })

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

const projectionQuery = (query: ProjectionQuery | null) =>
  queryOptions({
    queryKey: ['projection', query],
    queryFn: ({ signal, client }) => {
      const tell = (share: number | null) => client.setQueryData(progressKey(query), share)
      return getProjection(query as ProjectionQuery, signal, tell).finally(() => tell(null))
    },
  })

/** Ask before the first component does. What fails is told when one asks. */
export const prefetchProjection = (client: QueryClient, query: ProjectionQuery) => client.prefetchQuery(projectionQuery(query))

/** The last map stays on screen until the next one has come, so that the points can move to their new places. */
export const useProjection = (query: ProjectionQuery | null) =>
  useQuery({
    ...projectionQuery(query),
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

/** What several models find near a track. */
export const useNeighboursInEach = (spaces: readonly ModelSpace[], track: string, k: number) =>
  useQueries({ queries: spaces.map((space) => neighbourQuery(space, { track, seconds: null }, k)), combine: dataOfEach })

/** What several models hear in a track, segment by segment. */
export const useSegmentsOfEach = (spaces: readonly ModelSpace[], track: string) =>
  useQueries({ queries: spaces.map((space) => segmentQuery(space, track)), combine: dataOfEach })

const dataOfEach = <T>(results: readonly { data: T | undefined }[]) => results.map((result) => result.data)

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

/** The hooks below ask nothing while an argument is null. */
export const useOverlap = (one: ModelSpace | null, other: ModelSpace | null) =>
  useQuery({
    queryKey: ['overlap', one, other],
    queryFn: ({ signal }) => getOverlap(one as ModelSpace, other as ModelSpace, signal),
    enabled: one !== null && other !== null,
  })

export const useDisagreement = (wanted: boolean) => useQuery({ queryKey: ['disagreement'], queryFn: ({ signal }) => getDisagreement(signal), enabled: wanted })

export const useMapQuality = (query: ProjectionQuery | null) =>
  useQuery({ queryKey: ['map quality', query], queryFn: ({ signal }) => getMapQuality(query as ProjectionQuery, signal), enabled: query !== null })

export const useRegions = (query: ProjectionQuery | null) =>
  useQuery({ queryKey: ['regions', query], queryFn: ({ signal }) => getRegions(query as ProjectionQuery, signal), enabled: query !== null })

export const useClusters = (query: ProjectionQuery | null) =>
  useQuery({ queryKey: ['clusters', query], queryFn: ({ signal }) => getClusters(query as ProjectionQuery, signal), enabled: query !== null })

export const useShownNear = (query: ProjectionQuery | null, track: string | null, k: number) =>
  useQuery({
    queryKey: ['shown near', query, track, k],
    queryFn: ({ signal }) => getShownNear(query as ProjectionQuery, track as string, k, signal),
    enabled: query !== null && track !== null,
  })

const segmentQuery = (space: ModelSpace | null, track: string | null) => ({
  queryKey: ['segments', space?.model, space?.variant, track],
  queryFn: ({ signal }: { signal: AbortSignal }) => getSegments(space as ModelSpace, track as string, signal),
  enabled: space !== null && track !== null,
  ...LASTING,
})

/** Asks when the segment most like the whole track starts: null where the model has not heard it. */
export function useTypicalMoment(space: ModelSpace | null): (track: string) => Promise<number | null> {
  const client = useQueryClient()
  return useCallback(
    async (track) => (space ? (await client.fetchQuery(segmentQuery(space, track))).typical : null),
    [client, space],
  )
}

export const useSegments = (space: ModelSpace | null, track: string | null) => useQuery(segmentQuery(space, track))

export const useWaveform = (track: string | null, points: number) =>
  useQuery({
    queryKey: ['waveform', track, points],
    queryFn: ({ signal }) => getWaveform(track as string, points, signal),
    enabled: track !== null,
    ...LASTING,
  })
