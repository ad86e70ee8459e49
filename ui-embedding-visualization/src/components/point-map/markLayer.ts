/** Rings around single points: the one under the pointer, here or on another map, the one in focus, the one that sounds. */

export const MARKS = ['hovered', 'echo', 'selected', 'playing'] as const
export type Mark = (typeof MARKS)[number]
export type Place = { x: number; y: number; visible: boolean }

export class MarkLayer {
  private readonly indices: Record<Mark, number> = { hovered: -1, echo: -1, selected: -1, playing: -1 }
  private readonly elements = new Map<Mark, HTMLElement>()

  constructor(root: HTMLElement) {
    for (const mark of MARKS) {
      const element = document.createElement('span')
      element.className = `map-mark map-mark--${mark}`
      element.hidden = true
      root.append(element)
      this.elements.set(mark, element)
    }
  }

  /** index -1: none. */
  set(mark: Mark, index: number): void {
    this.indices[mark] = index
  }

  /** Index of the point with this mark, or -1. */
  get(mark: Mark): number {
    return this.indices[mark]
  }

  /** placeOf: null for an index that is not on the map. size: diameter of the points in pixels. */
  place(placeOf: (index: number) => Place | null, size: number): void {
    for (const [mark, element] of this.elements) {
      const place = placeOf(this.indices[mark])
      element.hidden = !place?.visible
      if (!place) continue
      element.style.setProperty('--size', `${(size + 8).toFixed(1)}px`)
      element.style.transform = `translate(${place.x.toFixed(1)}px, ${place.y.toFixed(1)}px)`
    }
  }
}
