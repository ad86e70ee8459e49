/** The library and the maps on screen, joined once and shared by all features. */
import { createContext, useCallback, useContext, useDeferredValue, useEffect, useMemo, type ReactNode } from 'react'
import { useModels, useTracks } from '@/api/queries'
import type { ModelsAnswer, ProjectionQuery, Track } from '@/api/types'
import { compareTracks, playOrder } from '@/domain/order'
import { buildSearchIndex, matchTracks } from '@/domain/search'
import { sortInSlices } from '@/domain/slicedSort'
import { NO_TRACKS, toFetched, useMapLayer, useWantedMap, type Fetched, type MapLayer } from './mapLayer'
import { useAwaitsPicture } from './picture'
import { onceSliced, useSliced, type Answered } from './sliced'
import { changeMap, useView, type SeenMap, type Side } from './view'

export type { Fetched, MapLayer, MapPoints } from './mapLayer'

/** The first map's own fields are the explorer's. */
export interface Explorer extends MapLayer {
  /** A map is on its way to a screen that has shown none yet: what else can wait, waits. */
  awaitsPicture: boolean
  models: Fetched<ModelsAnswer>
  tracks: Fetched<Track[]>
  /** The map beside the first; null while there is one only. */
  second: MapLayer | null
  findTrack: (filename: string | null) => Track | null
  /** Whether the filters let a track through, on the map or not; null: there are none. */
  passes: ((track: Track) => boolean) | null
  /** The selected tracks, in playing order. */
  selection: readonly Track[]
  /** Their ids. */
  selected: ReadonlySet<number>
  /** File names of the selected tracks, or of the visible ones while none is, in playing order. Sorted on first use, between the frames. */
  playOrder: Answered<string[]>
}

const ExplorerContext = createContext<Explorer | null>(null)

export function useExplorer(): Explorer {
  const explorer = useContext(ExplorerContext)
  if (!explorer) throw new Error('useExplorer needs an ExplorerProvider above it')
  return explorer
}

export function ExplorerProvider({ children }: { children: ReactNode }) {
  return <ExplorerContext.Provider value={useExplorerState()}>{children}</ExplorerContext.Provider>
}

function useExplorerState(): Explorer {
  const view = useView()
  const models = toFetched(useModels(!useAwaitsPicture(useWantedMap(view, undefined))))
  const query = useNamedMap('first', view, models.data)
  const secondQuery = useNamedMap('second', view.second, models.data)
  const awaitsPicture = useAwaitsPicture(query)
  const tracks = toFetched(useTracks((query !== null && !awaitsPicture) || models.error !== null))
  const all = tracks.data ?? NO_TRACKS
  const byName = useMemo(() => new Map(all.map((track) => [track.filename, track])), [all])
  const found = useFound(all)
  const { selection, selected } = useSelected(all)
  const library = { tracks: all, byName, found, selected }
  const first = useMapLayer('first', query, secondQuery, library)
  const second = useMapLayer('second', secondQuery, query, library)
  return {
    ...first,
    awaitsPicture,
    models,
    tracks,
    second: view.second && second,
    findTrack: useCallback((filename) => (filename === null ? null : (byName.get(filename) ?? null)), [byName]),
    passes: usePasses(first, found),
    selection,
    selected,
    playOrder: usePlayOrder(first, selection),
  }
}

/** The map the URL asks for. What it leaves open is written into it, so that a copied link means the same map tomorrow. */
function useNamedMap(side: Side, seen: SeenMap | null, answer: ModelsAnswer | undefined): ProjectionQuery | null {
  const query = useWantedMap(seen, answer)
  const isNamed = !seen || (seen.model !== null && seen.variant !== null)
  useEffect(() => {
    if (query && !isNamed) changeMap(side, { model: query.model, variant: query.variant }, 'amend')
  }, [side, query, isNamed])
  return query
}

/** File names of the tracks that hold the words of the filter; null while it is empty. */
function useFound(library: Track[]): ReadonlySet<string> | null {
  const { find } = useView()
  const wanted = useDeferredValue(find.trim())
  const empty = wanted === ''
  const index = useMemo(() => (empty ? null : buildSearchIndex(library)), [library, empty])
  return useMemo(() => index && new Set(matchTracks(index, wanted).map((track) => track.filename)), [index, wanted])
}

function usePasses({ field, hidden }: MapLayer, found: ReadonlySet<string> | null) {
  return useMemo(() => {
    if (hidden.size === 0 && found === null) return null
    return (track: Track) => !hidden.has(field.categoryOf(track)) && (found === null || found.has(track.filename))
  }, [hidden, field, found])
}

/** Ids of the URL that the library does not have are passed over. A large selection stands as the library lists it until it is in order. */
function useSelected(library: Track[]) {
  const { selection: ids } = useView()
  const chosen = useMemo(() => {
    const wanted = new Set(ids)
    return wanted.size === 0 ? NO_TRACKS : library.filter((track) => wanted.has(track.id))
  }, [ids, library])
  const selected = useMemo(() => new Set(chosen.map((track) => track.id)), [chosen])
  const sort = useCallback(() => sortInSlices(chosen, compareTracks), [chosen])
  const { value, busy } = useSliced(chosen.length, sort)
  return { selection: value && !busy ? value : chosen, selected }
}

function usePlayOrder({ points, visible }: MapLayer, selection: readonly Track[]): Answered<string[]> {
  const { data } = points
  // Sorted before it is filtered: a group that is hidden costs no sorting.
  const sorted = useMemo(() => onceSliced(data?.count ?? 0, () => playOrder(data?.tracks() ?? NO_TRACKS)), [data])
  return useMemo(() => {
    let names: string[] | null = null
    return (then) => {
      if (selection.length > 0) then((names ??= selection.map((track) => track.filename)))
      else sorted((order) => then((names ??= order.filter((i) => visible[i] === 1).map((i) => data?.keys()[i] ?? ''))))
    }
  }, [data, visible, selection, sorted])
}
