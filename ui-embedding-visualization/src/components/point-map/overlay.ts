import { projectAll, type View } from './camera'
import type { UnitBox } from './geometry'

/** What lies over the points as HTML: category names, and rings around the hovered, selected and playing point. */

export interface MapLabel {
  text: string
  /** CSS colour of the category. */
  colour: string
  /** In the coordinates of the data. */
  position: readonly [number, number, number]
}

export type Mark = 'hovered' | 'selected' | 'playing'
export type Place = { x: number; y: number; visible: boolean }
type Box = { left: number; right: number; top: number; bottom: number }

const GAP = 3
/** Pixels by which a name may make way for another. */
const SHIFTS = [0, -15, 15, -30]
const boxAbove = (x: number, y: number, width: number, height: number): Box => ({ left: x - width / 2, right: x + width / 2, top: y - height, bottom: y })
const overlaps = (a: Box, b: Box) => a.left < b.right + GAP && b.left < a.right + GAP && a.top < b.bottom + GAP && b.top < a.bottom + GAP

export class Overlay {
  private labels: { element: HTMLElement; width: number; height: number; position: MapLabel['position'] }[] = []
  private readonly marks = new Map<Mark, HTMLElement>()

  constructor(private readonly root: HTMLElement) {
    for (const mark of ['hovered', 'selected', 'playing'] as const) {
      const element = document.createElement('span')
      element.className = `map-mark map-mark--${mark}`
      element.hidden = true
      root.append(element)
      this.marks.set(mark, element)
    }
  }

  setLabels(labels: readonly MapLabel[]): void {
    for (const { element } of this.labels) element.remove()
    const made = labels.map((label) => ({ element: this.createLabel(label), position: label.position }))
    this.labels = made.map((label) => ({ ...label, width: label.element.offsetWidth, height: label.element.offsetHeight }))
  }

  private createLabel(label: MapLabel): HTMLElement {
    const element = document.createElement('span')
    element.className = 'map-label'
    element.textContent = label.text
    element.style.setProperty('--label-colour', label.colour)
    this.root.append(element)
    return element
  }

  /** Where two would overlap, the earlier stays and the later makes way or vanishes. lift: pixels above their place. */
  placeLabels(view: View, toBox: UnitBox['toBox'], lift: number, shown: boolean): void {
    const screen = new Float32Array(3 * this.labels.length)
    this.labels.forEach((label, i) => screen.set(toBox(...label.position), 3 * i))
    projectAll(screen, view, screen)
    const taken: Box[] = []
    this.labels.forEach(({ element, width, height }, i) => {
      const boxes = SHIFTS.map((shift) => boxAbove(screen[3 * i], screen[3 * i + 1] - lift + shift, width, height))
      const free = shown ? boxes.find((box) => !taken.some((other) => overlaps(box, other))) : undefined
      if (free) taken.push(free)
      element.style.opacity = free ? '1' : '0'
      const { left, top } = free ?? boxes[0]
      element.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`
    })
  }

  /** size: diameter of the point in pixels. */
  placeMark(mark: Mark, place: Place | null, size: number): void {
    const element = this.marks.get(mark)
    if (!element) return
    element.hidden = !place?.visible
    if (!place) return
    element.style.setProperty('--size', `${(size + 8).toFixed(1)}px`)
    element.style.transform = `translate(${place.x.toFixed(1)}px, ${place.y.toFixed(1)}px)`
  }
}
