/** One map with its points joined to the library, its colours, and what of it is filtered out and selected. */
import { useCallback, useMemo } from 'react'
import { useProjection, useProjectionProgress } from '@/api/queries'
import type { Dimensions, ModelsAnswer, Projection, ProjectionQuery, Track } from '@/api/types'
import { computeColouring, drawnAs, visibleMask, type Colouring, type Drawn } from '@/domain/colouring'
import { defaultField, type Field } from '@/domain/fields'
import { resolveQuery } from '@/domain/models'
import { once } from '@/domain/once'
import { trackOfPoint } from '@/domain/track'
import { useField } from './field'
import { useScheme } from './theme'
import { useView, type SeenMap, type Side } from './view'

/** Point `i` is `tracks()[i]`, at `coordinates[3i … 3i+2]`. */
export interface MapPoints extends Drawn {
  count: number
  keys: () => readonly string[]
  tracks: () => readonly Track[]
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

export interface MapLayer {
  side: Side
  points: Fetched<MapPoints>
  /** The map asked for; null until it is known which. */
  query: ProjectionQuery | null
  /** How much of it the server has drawn, 0 to 1; null where it need not be drawn. */
  progress: number | null
  /** Index of a track's point, or -1. */
  indexOf: (filename: string | null) => number
  field: Field
  colouring: Colouring
  hidden: ReadonlySet<string>
  /** uint8 [n]: 1 where a point is not filtered out. */
  visible: Uint8Array
  /** uint8 [n]: 1 where a point is selected; null while nothing is. */
  chosen: Uint8Array | null
}

/** What all maps on screen share. */
export interface LibraryState {
  tracks: Track[]
  byName: ReadonlyMap<string, Track>
  /** File names that the filter lets through; null: all. */
  found: ReadonlySet<string> | null
  /** Ids of the selected tracks. */
  selected: ReadonlySet<number>
}

interface QueryLike<T> {
  data: T | undefined
  error: Error | null
  isFetching: boolean
  refetch: () => unknown
}

export const toFetched = <T>(query: QueryLike<T>): Fetched<T> => ({
  data: query.data,
  error: query.error,
  waiting: query.isFetching,
  retry: () => void query.refetch(),
})

export const NO_TRACKS: Track[] = []

/** The map that is meant, with what the URL leaves open filled in. */
export function useWantedMap(seen: SeenMap | null, answer: ModelsAnswer | undefined): ProjectionQuery | null {
  const { model, variant, space, method, dimensions } = seen ?? {}
  return useMemo(() => {
    if (!space || !method || !dimensions) return null
    return resolveQuery({ model: model ?? null, variant: variant ?? null, space, method, dimensions }, answer)
  }, [answer, model, variant, space, method, dimensions])
}

/** query: this map.  other: the one beside it, null for none. */
export function useMapLayer(side: Side, query: ProjectionQuery | null, other: ProjectionQuery | null, library: LibraryState): MapLayer {
  const projection = toFetched(useProjection(query))
  const points = useMapPoints(projection.data, library.byName)
  const indices = useMemo(() => once(() => new Map(points?.keys().map((key, i) => [key, i]))), [points])
  return {
    side,
    query,
    progress: useProjectionProgress(query),
    points: { ...projection, data: points },
    indexOf: useCallback((filename) => (filename === null ? -1 : (indices().get(filename) ?? -1)), [indices]),
    ...useColours(points, library, query, other),
    chosen: useChosen(points, library.selected),
  }
}

/** The map is there before the list of tracks: until then a point knows its name and tag, and is coloured as all with that tag. */
function useMapPoints(projection: Projection | undefined, byName: ReadonlyMap<string, Track>): MapPoints | undefined {
  return useMemo(() => {
    if (!projection) return undefined
    const { count, names, tags, tagOf, coordinates, dimensions, note, stale } = projection
    const tracks = once(() => names().map((name, i) => byName.get(name) ?? trackOfPoint(name, tags[tagOf[i]])))
    const drawn = byName.size > 0 ? drawnAs(tracks()) : { samples: tags.map((tag) => trackOfPoint('', tag)), sampleOf: tagOf }
    return { ...drawn, count, keys: names, tracks, coordinates, dimensions, note, stale }
  }, [projection, byName])
}

const NOTHING_DRAWN = drawnAs(NO_TRACKS)

function useColours(points: MapPoints | undefined, { tracks, found }: LibraryState, query: ProjectionQuery | null, other: ProjectionQuery | null) {
  const { colour: chosen, hidden: hiddenKeys } = useView()
  const colour = useMemo(() => chosen ?? defaultField(tracks), [chosen, tracks])
  const scheme = useScheme()
  const field = useField(colour, query, other)
  const colouring = useMemo(() => computeColouring(points ?? NOTHING_DRAWN, tracks, field, scheme), [points, tracks, field, scheme])
  const hidden = useMemo(() => new Set(hiddenKeys), [hiddenKeys])
  const visible = useMemo(() => {
    const shown = visibleMask(colouring, hidden)
    const names = found && points?.keys()
    return found && names ? shown.map((one, i) => (found.has(names[i]) ? one : 0)) : shown
  }, [colouring, hidden, found, points])
  return { field, colouring, hidden, visible }
}

function useChosen(points: MapPoints | undefined, selected: ReadonlySet<number>): Uint8Array | null {
  return useMemo(() => {
    if (selected.size === 0) return null
    const chosen = new Uint8Array(points?.count ?? 0) // `Uint8Array.from` takes ten times as long
    points?.tracks().forEach((track, i) => (chosen[i] = Number(selected.has(track.id))))
    return chosen
  }, [points, selected])
}
