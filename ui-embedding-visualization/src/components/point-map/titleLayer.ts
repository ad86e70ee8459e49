/** The names of single points, once so few are in sight that there is room for them. */
import { isFree, type Box } from './boxes'

/** More points in sight than this are too many to name. */
export const MAX_TITLED = 40

/** What is in sight. screen: float32 [3n], see projectAll.  levels: uint8 [n]; greyed points stay nameless. */
export interface Sight {
  screen: Float32Array
  levels: Uint8Array
  width: number
  height: number
}

/** Indices of the points in sight; empty when they are too many to name. */
export function pointsInSight({ screen, levels, width, height }: Sight): number[] {
  const found: number[] = []
  for (let i = 0; i < levels.length; i++) {
    const [x, y] = [screen[3 * i], screen[3 * i + 1]]
    if (levels[i] === 0 || screen[3 * i + 2] <= 0 || x < 0 || y < 0 || x > width || y > height) continue
    if (found.push(i) > MAX_TITLED) return []
  }
  return found
}

interface Title {
  element: HTMLElement
  width: number
  height: number
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

  /** Beside their points, where nothing else stands. screen: see Sight. taken: boxes of other texts. size: diameter of a point. */
  place(points: readonly number[], screen: Float32Array, taken: Box[], size: number): void {
    const wanted = new Set(points)
    for (const index of [...this.titles.keys()]) if (!wanted.has(index)) this.drop(index)
    for (const index of wanted) {
      const title = this.titles.get(index) ?? this.create(index)
      const [x, y] = [screen[3 * index] + size / 2 + 6, screen[3 * index + 1] - title.height / 2]
      const box = { left: x, right: x + title.width, top: y, bottom: y + title.height }
      const free = isFree(box, taken)
      if (free) taken.push(box)
      title.element.style.opacity = free ? '1' : '0'
      title.element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`
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
