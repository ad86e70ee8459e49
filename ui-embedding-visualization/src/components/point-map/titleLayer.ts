/** The names of single points, once so few are in sight that there is room for them. */
import { contains, isFree, type Box } from './boxes'
import type { Place } from './markLayer'
import type { Screen } from './screen'

/** More points in sight than this are too many to name. */
export const MAX_TITLED = 40
/** Seen from far, there are too many in the first few: the others need not be projected. */
const AT_A_TIME = 1024

/** What is in sight. levels: uint8 [n]; greyed points stay nameless. */
export interface Sight {
  screen: Screen
  levels: Uint8Array
  width: number
  height: number
}

/** Indices of the points in sight; empty when they are too many to name. */
export function pointsInSight({ screen, levels, width, height }: Sight): number[] {
  const found: number[] = []
  for (let start = 0; start < levels.length; start += AT_A_TIME) {
    const end = Math.min(levels.length, start + AT_A_TIME)
    const places = screen(end)
    for (let i = start; i < end; i++) {
      const [x, y] = [places[3 * i], places[3 * i + 1]]
      if (levels[i] === 0 || places[3 * i + 2] <= 0 || x < 0 || y < 0 || x > width || y > height) continue
      if (found.push(i) > MAX_TITLED) return []
    }
  }
  return found
}

/** null for an index that is not on the map. */
type PlaceOf = (index: number) => Place | null

interface Title {
  element: HTMLElement
  width: number
  height: number
}

const GAP = 6 // pixels between a point and its title
const NOWHERE: Place = { x: 0, y: 0, visible: false }

function boxesBeside({ x, y }: Place, { width, height }: Title, distance: number): Box[] {
  const [top, bottom] = [y - height / 2, y + height / 2]
  return [
    { left: x + distance, right: x + distance + width, top, bottom },
    { left: x - distance - width, right: x - distance, top, bottom },
  ]
}

export class TitleLayer {
  private readonly titles = new Map<number, Title>()
  private textOf: (index: number) => string = () => ''

  constructor(private readonly root: HTMLElement) {}

  /** Other points, or other names. */
  set(textOf: (index: number) => string): void {
    for (const index of [...this.titles.keys()]) this.drop(index)
    this.textOf = textOf
  }

  /** On the right of their points, or on the left, where nothing else is. area: what nothing covers. taken: boxes of other texts. size: diameter of a point. */
  place(points: readonly number[], placeOf: PlaceOf, area: Box, taken: Box[], size: number): void {
    const wanted = new Set(points)
    for (const index of [...this.titles.keys()]) if (!wanted.has(index)) this.drop(index)
    for (const index of wanted) {
      const title = this.titles.get(index) ?? this.create(index)
      const boxes = boxesBeside(placeOf(index) ?? NOWHERE, title, size / 2 + GAP)
      const free = boxes.find((box) => contains(area, box) && isFree(box, taken))
      if (free) taken.push(free)
      const { left, top } = free ?? boxes[0]
      title.element.style.opacity = free ? '1' : '0'
      title.element.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`
    }
  }

  private create(index: number): Title {
    const element = document.createElement('span')
    element.className = 'map-title'
    element.textContent = this.textOf(index)
    this.root.append(element)
    const title = { element, width: element.offsetWidth, height: element.offsetHeight }
    this.titles.set(index, title)
    return title
  }

  private drop(index: number): void {
    this.titles.get(index)?.element.remove()
    this.titles.delete(index)
  }
}
