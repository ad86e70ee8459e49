/** Names over groups of points, as HTML. */
import { boxAbove, isFree, type Box } from './boxes'
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

  /** Where two would overlap, the earlier stays and the later makes way or, as those from far do, vanishes. lift: pixels above their place. near: single points have names. Returns the boxes that are taken. */
  place(view: View, toBox: UnitBox['toBox'], lift: number, shown: boolean, near: boolean): Box[] {
    const screen = new Float32Array(3 * this.labels.length)
    this.labels.forEach((label, i) => screen.set(toBox(...label.position), 3 * i))
    projectAll(screen, view, screen)
    const taken: Box[] = []
    this.labels.forEach(({ element, width, height, far }, i) => {
      const boxes = (far ? [0] : SHIFTS).map((shift) => boxAbove(screen[3 * i], screen[3 * i + 1] - lift + shift, width, height))
      const free = shown && !(far && near) ? boxes.find((box) => isFree(box, taken)) : undefined
      if (free) taken.push(free)
      element.style.opacity = free ? '1' : '0'
      const { left, top } = free ?? boxes[0]
      element.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`
    })
    return taken
  }
}
