/** What covers the map, such as a toolbar, a note or an open drawer, and the rectangle that it leaves free. */
import { overlap, type Box } from './boxes'

/** Pixels that are covered, from each edge of the map. */
export interface Insets {
  top: number
  right: number
  bottom: number
  left: number
}

/** The map's own size in pixels, and what of it is covered. */
export interface MapFrame {
  width: number
  height: number
  insets: Insets
}

export const NO_INSETS: Insets = { top: 0, right: 0, bottom: 0, left: 0 }

/** Marks the elements that may cover the map, wherever they are in the page. */
export const COVERING = '[data-covers-map]'

/** An overlay that leaves less than this of the map, per side, is not fitted around: a map would be too small to see. */
const MIN_FREE_PIXELS = 80

const width = (box: Box) => Math.max(0, box.right - box.left)
const height = (box: Box) => Math.max(0, box.bottom - box.top)
const areaOf = (box: Box) => width(box) * height(box)

/** The largest rectangle above, below, left or right of the cover. */
function cutOff(area: Box, cover: Box): Box {
  const rests = [
    { ...area, top: cover.bottom },
    { ...area, bottom: cover.top },
    { ...area, left: cover.right },
    { ...area, right: cover.left },
  ]
  return rests.reduce((best, rest) => (areaOf(rest) > areaOf(best) ? rest : best))
}

/** The rectangle that is left after every cover has taken its side. Small covers first: if room is short, the largest is the one left out. */
export function uncovered(whole: Box, covers: readonly Box[]): Box {
  let area = whole
  for (const cover of [...covers].sort((a, b) => areaOf(a) - areaOf(b))) {
    if (!overlap(area, cover)) continue
    const rest = cutOff(area, cover)
    if (Math.min(width(rest), height(rest)) >= MIN_FREE_PIXELS) area = rest
  }
  return area
}

/** Plain, as a DOMRect cannot be spread. */
function boxOf(element: Element): Box {
  const { left, top, right, bottom } = element.getBoundingClientRect()
  return { left, top, right, bottom }
}

/** Of an element of the page. Whole pixels: less than one is no reason to move the map. */
export function measureInsets(root: Element): Insets {
  const whole = boxOf(root)
  const covers = [...document.querySelectorAll(COVERING)].filter((element) => getComputedStyle(element).visibility !== 'hidden')
  const area = uncovered(whole, covers.map(boxOf))
  return {
    top: Math.ceil(area.top - whole.top),
    right: Math.ceil(whole.right - area.right),
    bottom: Math.ceil(whole.bottom - area.bottom),
    left: Math.ceil(area.left - whole.left),
  }
}

export const isSameInsets = (a: Insets, b: Insets): boolean => a.top === b.top && a.right === b.right && a.bottom === b.bottom && a.left === b.left

/** In pixels from the map's top left. */
export const uncoveredArea = ({ width, height, insets }: MapFrame): Box => ({
  left: insets.left,
  top: insets.top,
  right: Math.max(insets.left + 1, width - insets.right),
  bottom: Math.max(insets.top + 1, height - insets.bottom),
})
