/** The library and the map on screen, joined once and shared by all features. */
import { createContext, useCallback, useContext, useDeferredValue, useEffect, useMemo, type ReactNode } from 'react'
import { useActivations, useIsMapAnswered, useModels, useProjection, useProjectionProgress, useTracks } from '@/api/queries'
import type { Dimensions, ModelsAnswer, Projection, ProjectionQuery, Track } from '@/api/types'
import { computeColouring, visibleMask, type Colouring } from '@/domain/colouring'
import { parseTagField, resolveField } from '@/domain/fields'
import { resolveQuery } from '@/domain/models'
import { compareTracks, playOrder } from '@/domain/order'
import { buildSearchIndex, matchTracks } from '@/domain/search'
import { trackOfPoint } from '@/domain/track'
import { useScheme } from './theme'
import { changeView, useView } from './view'

/** Point `i` is `tracks[i]`, at `coordinates[3i … 3i+2]`. */
export interface MapPoints {
  keys: string[]
  tracks: Track[]
  coordinates: Float32Array
  dimensions: Dimensions
  note: string | null
  stale: boolean
}

/** Something that is fetched: not yet there, there, or refused. */
export interface Fetched<T> {
  data: T | undefined
  error: Error | null
  /** Another answer is on its way. */
  waiting: boolean
  retry: () => void
}

export interface Explorer {
  models: Fetched<ModelsAnswer>
  tracks: Fetched<Track[]>
  points: Fetched<MapPoints>
  /** The map asked for; null until it is known which. */
  query: ProjectionQuery | null
  /** How much of it the server has drawn, 0 to 1; null where it need not be drawn. */
  progress: number | null
  findTrack: (filename: string | null) => Track | null
  /** Index of a track's point, or -1. */
  indexOf: (filename: string | null) => number
  colouring: Colouring
  hidden: ReadonlySet<string>
  /** uint8 [n]: 1 where a point is not filtered out. */
  visible: Uint8Array
  /** Whether the filters let a track through, on the map or not. */
  passes: (track: Track) => boolean
  /** The selected tracks, in playing order. */
  selection: readonly Track[]
  /** uint8 [n]: 1 where a point is selected; null while nothing is. */
  chosen: Uint8Array | null
  /** File names of the selected tracks, or of the visible ones while none is, in playing order. Sorted on first use. */
  playOrder: () => string[]
}

const ExplorerContext = createContext<Explorer | null>(null)
const NO_TRACKS: Track[] = []

export function useExplorer(): Explorer {
  const explorer = useContext(ExplorerContext)
  if (!explorer) throw new Error('useExplorer needs an ExplorerProvider above it')
  return explorer
}

export function ExplorerProvider({ children }: { children: ReactNode }) {
  return <ExplorerContext.Provider value={useExplorerState()}>{children}</ExplorerContext.Provider>
}

interface QueryLike<T> {
  data: T | undefined
  error: Error | null
  isFetching: boolean
  refetch: () => unknown
}

const toFetched = <T,>(query: QueryLike<T>): Fetched<T> => ({
  data: query.data,
  error: query.error,
  waiting: query.isFetching,
  retry: () => void query.refetch(),
})

function useExplorerState(): Explorer {
  const models = toFetched(useModels())
  const query = useWantedMap(models.data)
  // The list of a large library takes longer to read than its map: the map comes first.
  const isMapAnswered = useIsMapAnswered(query)
  const tracks = toFetched(useTracks(isMapAnswered || models.error !== null))
  const projection = toFetched(useProjection(query))
  const byName = useMemo(() => new Map((tracks.data ?? NO_TRACKS).map((track) => [track.filename, track])), [tracks.data])
  const mapPoints = useMapPoints(projection.data, byName)
  const indices = useMemo(() => once(() => new Map(mapPoints?.keys.map((key, i) => [key, i]))), [mapPoints])
  const library = tracks.data ?? NO_TRACKS
  const found = useFound(library)
  const filtered = useFilteredPoints(mapPoints, library, found)
  const selected = useSelected(mapPoints, library)
  const order = usePlayOrder(mapPoints, filtered.visible, selected.selection)
  return {
    models,
    tracks,
    query,
    progress: useProjectionProgress(query),
    points: { ...projection, data: mapPoints },
    findTrack: useCallback((filename) => (filename === null ? null : (byName.get(filename) ?? null)), [byName]),
    indexOf: useCallback((filename) => (filename === null ? -1 : (indices().get(filename) ?? -1)), [indices]),
    ...filtered,
    ...selected,
    playOrder: order,
  }
}

/** The map the URL asks for. What it leaves open is written into it, so that a copied link means the same map tomorrow. */
function useWantedMap(answer: ModelsAnswer | undefined): ProjectionQuery | null {
  const view = useView()
  const { model, variant, space, method, dimensions } = view
  const query = useMemo(
    () => resolveQuery({ model, variant, space, method, dimensions }, answer),
    [answer, model, variant, space, method, dimensions],
  )
  useEffect(() => {
    if (query && (model === null || variant === null)) changeView({ model: query.model, variant: query.variant }, 'amend')
  }, [query, model, variant])
  return query
}

/** The map is there before the list of tracks: until then a point knows its name and tag. */
function useMapPoints(projection: Projection | undefined, byName: Map<string, Track>): MapPoints | undefined {
  return useMemo(() => {
    if (!projection) return undefined
    const { names, tags, coordinates, dimensions, note, stale } = projection
    const tracks = names.map((name, i) => byName.get(name) ?? trackOfPoint(name, tags[i]))
    return { keys: names, tracks, coordinates, dimensions, note, stale }
  }, [projection, byName])
}

/** File names of the tracks that hold the words of the filter; null while it is empty. */
function useFound(library: Track[]): ReadonlySet<string> | null {
  const { find } = useView()
  const wanted = useDeferredValue(find.trim())
  const empty = wanted === ''
  const index = useMemo(() => (empty ? null : buildSearchIndex(library)), [library, empty])
  return useMemo(() => index && new Set(matchTracks(index, wanted).map((track) => track.filename)), [index, wanted])
}

function useFilteredPoints(points: MapPoints | undefined, library: Track[], found: ReadonlySet<string> | null) {
  const { colour, hidden: hiddenKeys } = useView()
  const scheme = useScheme()
  const drawn = points?.tracks ?? NO_TRACKS
  const activations = useActivations(parseTagField(colour)).data
  const field = useMemo(() => resolveField(colour, activations), [colour, activations])
  const colouring = useMemo(() => computeColouring(drawn, library, field, scheme), [drawn, library, field, scheme])
  const hidden = useMemo(() => new Set(hiddenKeys), [hiddenKeys])
  const visible = useMemo(() => {
    const shown = visibleMask(colouring, hidden)
    return found ? shown.map((one, i) => (found.has(drawn[i].filename) ? one : 0)) : shown
  }, [colouring, hidden, found, drawn])
  const passes = useCallback(
    (track: Track) => !hidden.has(field.categoryOf(track)) && (found === null || found.has(track.filename)),
    [hidden, field, found],
  )
  return { colouring, hidden, visible, passes }
}

/** Ids of the URL that the library does not have are passed over. */
function useSelected(points: MapPoints | undefined, library: Track[]) {
  const { selection: ids } = useView()
  return useMemo(() => {
    const wanted = new Set(ids)
    const selection = wanted.size === 0 ? NO_TRACKS : library.filter((track) => wanted.has(track.id)).sort(compareTracks)
    const chosen = selection.length === 0 ? null : Uint8Array.from(points?.tracks ?? NO_TRACKS, (track) => Number(wanted.has(track.id)))
    return { selection, chosen }
  }, [ids, library, points])
}

function usePlayOrder(points: MapPoints | undefined, visible: Uint8Array, selection: readonly Track[]) {
  return useMemo(() => {
    if (selection.length > 0) return () => selection.map((track) => track.filename)
    return once(() => playOrder((points?.tracks ?? NO_TRACKS).filter((_, i) => visible[i] === 1)))
  }, [points, visible, selection])
}

/** Compute at the first call, then remember: sorting 100 k names is not done for a person who only looks. */
function once<T>(compute: () => T): () => T {
  let result: { value: T } | null = null
  return () => (result ??= { value: compute() }).value
}
