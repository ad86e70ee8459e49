/**
 * `window.melodex`: what the map shows, for browser tests and assistive scripts, which cannot see into a canvas.
 *   pointPositions()  every point: file name, its place in pixels from the map's top left, and whether it is filtered out
 *   second()          the same of the map beside it; undefined while there is none
 *   selection()       file names of the selected tracks
 *   lines()           pairs of file names that lines on the map join
 *   seemingLines()    the same of dashed lines, to tracks that are near on the map only
 *   focus(name)       put a track in focus, as a click on its point does
 *   trail()           where the sound has walked, in the map's own coordinates, three numbers a place
 *   view()            what the URL says, parsed
 *   complete()        whether the lists of tracks and models, which come after the map, are there
 */
import type { MapLine, PointMapHandle } from '@/components/point-map/PointMap'
import type { Explorer, MapLayer, MapPoints } from '@/state/explorer'
import { changeView, getView, type View } from '@/state/view'

interface PointPosition {
  name: string
  x: number
  y: number
  hidden: boolean
}

/** What one map shows. */
interface MapHook {
  pointPositions: () => PointPosition[]
  trail: () => number[]
  lines: () => [string, string][]
  seemingLines: () => [string, string][]
}

interface TestingHook extends MapHook {
  selection: () => string[]
  focus: (name: string) => void
  view: () => View
  complete: () => boolean
  second: () => MapHook | undefined
}

declare global {
  interface Window {
    melodex?: TestingHook
  }
}

interface ShownMap {
  map: PointMapHandle | null
  points: MapPoints
  lines: readonly MapLine[]
}

function hookOf({ map, points, lines }: ShownMap, { visible }: MapLayer): MapHook {
  const position = (name: string, i: number): PointPosition => {
    const { x, y } = map?.placeOf(i) ?? { x: NaN, y: NaN }
    return { name, x, y, hidden: visible[i] === 0 }
  }
  const ends = (wanted: boolean) =>
    lines.filter(({ seeming = false }) => seeming === wanted).map(({ from, to }): [string, string] => [points.keys()[from], points.keys()[to]])
  return {
    pointPositions: () => points.keys().map(position),
    trail: () => [...(map?.trail() ?? [])],
    lines: () => ends(false),
    seemingLines: () => ends(true),
  }
}

/** Of the map on the right: it outlives changes of the one on the left. */
let second: MapHook | undefined

/** Returns how to take it away. */
export function installTestingHook(shown: ShownMap, layer: MapLayer, { selection, models, tracks }: Explorer): () => void {
  const hook = hookOf(shown, layer)
  if (layer.side === 'second') {
    second = hook
    return () => (second = undefined)
  }
  const selected = () => selection.map((track) => track.filename)
  const complete = () => models.data !== undefined && tracks.data !== undefined
  window.melodex = { ...hook, second: () => second, selection: selected, focus: (track) => changeView({ track }), view: getView, complete }
  return () => delete window.melodex
}
