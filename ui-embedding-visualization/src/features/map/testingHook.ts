/**
 * `window.melodex`: what the map shows, for browser tests and assistive scripts, which cannot see into a canvas.
 *   pointPositions()  every point: file name, its place in pixels from the map's top left, and whether it is filtered out
 *   selection()       file names of the selected tracks
 *   lines()           pairs of file names that lines on the map join
 *   focus(name)       put a track in focus, as a click on its point does
 *   trail()           where the sound has walked, in the map's own coordinates, three numbers a place
 *   view()            what the URL says, parsed
 */
import type { MapLine, PointMapHandle } from '@/components/point-map/PointMap'
import type { Explorer, MapPoints } from '@/state/explorer'
import { changeView, getView, type View } from '@/state/view'

interface PointPosition {
  name: string
  x: number
  y: number
  hidden: boolean
}

interface TestingHook {
  pointPositions: () => PointPosition[]
  selection: () => string[]
  trail: () => number[]
  lines: () => [string, string][]
  focus: (name: string) => void
  view: () => View
}

declare global {
  interface Window {
    melodex?: TestingHook
  }
}

export function installTestingHook(map: PointMapHandle | null, points: MapPoints, { visible, selection }: Explorer, lines: readonly MapLine[]): () => void {
  const position = (name: string, i: number): PointPosition => {
    const { x, y } = map?.placeOf(i) ?? { x: NaN, y: NaN }
    return { name, x, y, hidden: visible[i] === 0 }
  }
  window.melodex = {
    pointPositions: () => points.keys.map(position),
    selection: () => selection.map((track) => track.filename),
    trail: () => [...(map?.trail() ?? [])],
    lines: () => lines.map(({ from, to }) => [points.keys[from], points.keys[to]]),
    focus: (track) => changeView({ track }),
    view: getView,
  }
  return () => delete window.melodex
}
