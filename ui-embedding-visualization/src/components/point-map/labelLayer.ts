/** Names over groups of points, as HTML. */
import { boxAbove, contains, containsPoint, isFree, moveInside, type Box } from './boxes'
import { projectAll, type View } from './camera'
import type { UnitBox } from './geometry'

export interface MapLabel {
  text: string
  /** CSS colour of the category. */
  colour: string
  /** In the coordinates of the data. */
  position: readonly [number, number, number]
  /** Only for a view from far: it goes when the points themselves have names. */
  far?: boolean
}

/** Where the labels of a frame may be. */
export interface LabelFrame {
  view: View
  toBox: UnitBox['toBox']
  /** What nothing covers. */
  area: Box
  /** Pixels between a place and its name. */
  lift: number
  /** No name is shown while the points move. */
  shown: boolean
  /** Single points have names. */
  near: boolean
}

/** Pixels by which a name may make way for another. */
const SHIFTS = [0, -15, 15, -30]

export class LabelLayer {
  private labels: { element: HTMLElement; width: number; height: number; position: MapLabel['position']; far: boolean }[] = []

  constructor(private readonly root: HTMLElement) {}

  set(labels: readonly MapLabel[]): void {
    for (const { element } of this.labels) element.remove()
    const made = labels.map((label) => ({ element: this.createLabel(label), position: label.position, far: label.far ?? false }))
    this.labels = made.map((label) => ({ ...label, width: label.element.offsetWidth, height: label.element.offsetHeight }))
  }

  private createLabel(label: MapLabel): HTMLElement {
    const element = document.createElement('span')
    element.className = label.far ? 'map-label map-label--far' : 'map-label'
    element.textContent = label.text
    element.style.setProperty('--label-colour', label.colour)
    this.root.append(element)
    return element
  }

  /** Where two would overlap, the earlier stays and the later makes way or, as those from far do, vanishes. Returns the boxes that are taken. */
  place(frame: LabelFrame): Box[] {
    const taken: Box[] = []
    const places = this.project(frame)
    this.labels.forEach(({ element, width, height, far }, i) => {
      const [x, y] = [places[3 * i], places[3 * i + 1]]
      const boxes = (far ? [0] : SHIFTS).map((shift) => moveInside(boxAbove(x, y - frame.lift + shift, width, height), frame.area))
      const wanted = frame.shown && !(far && frame.near) && containsPoint(frame.area, x, y)
      const free = wanted ? boxes.find((box) => contains(frame.area, box) && isFree(box, taken)) : undefined
      if (free) taken.push(free)
      element.style.opacity = free ? '1' : '0'
      const { left, top } = free ?? boxes[0]
      element.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`
    })
    return taken
  }

  private project({ view, toBox }: LabelFrame): Float32Array {
    const places = new Float32Array(3 * this.labels.length)
    this.labels.forEach(({ position }, i) => places.set(toBox(...position), 3 * i))
    projectAll(places, view, places)
    return places
  }
}
