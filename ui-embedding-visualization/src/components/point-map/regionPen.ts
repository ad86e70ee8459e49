/** Draws a rectangle or a lasso over the map while the hand moves. */
import { rectangle, type Polygon } from './region'

export type RegionShape = 'rectangle' | 'lasso'

/** A lasso corner less than this from the last one adds nothing to see. */
const STEP_PIXELS = 3
const SVG = 'http://www.w3.org/2000/svg'

export class RegionPen {
  private readonly svg = document.createElementNS(SVG, 'svg')
  private readonly line = document.createElementNS(SVG, 'path')
  private shape: RegionShape | null = null
  private trail: number[] = []

  constructor(root: HTMLElement) {
    this.svg.classList.add('map-region')
    this.svg.append(this.line)
    root.append(this.svg)
  }

  get drawing(): boolean {
    return this.shape !== null
  }

  start(shape: RegionShape, x: number, y: number): void {
    this.shape = shape
    this.trail = [x, y]
  }

  extend(x: number, y: number): void {
    const [lastX, lastY] = this.trail.slice(-2)
    if (Math.hypot(x - lastX, y - lastY) < STEP_PIXELS) return
    if (this.shape === 'rectangle') this.trail.splice(2, 2, x, y)
    else this.trail.push(x, y)
    this.show(this.polygon)
  }

  /** Put the pen down; returns what was drawn. */
  finish(): Polygon {
    const { polygon } = this
    this.shape = null
    this.show([])
    return polygon
  }

  private get polygon(): Polygon {
    const [x0, y0, x1, y1] = this.trail
    if (this.trail.length < 4) return []
    return this.shape === 'rectangle' ? rectangle(x0, y0, x1, y1) : this.trail
  }

  private show(polygon: Polygon): void {
    this.svg.toggleAttribute('data-drawing', polygon.length > 0)
    this.line.setAttribute('d', polygon.length === 0 ? '' : `M${polygon.map((value) => value.toFixed(1)).join(' ')}Z`)
  }
}
