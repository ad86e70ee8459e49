/** Lines between points, and the trail of what moves over the map, on a canvas above the points. */
import { projectAll, type View } from './camera'
import type { UnitBox } from './geometry'
import type { Place } from './markLayer'

/** From point to point, by index. */
export interface MapLine {
  from: number
  to: number
  /** 0 … 1: how plainly it is drawn. */
  strength: number
  /** It joins what only seems to belong together: dashed, in another colour. */
  seeming?: boolean
}

/** Where something has been, oldest first, in the coordinates of the data: float32 [3n]. Its head is a disc. */
export type Trail = Float32Array

const [HEAD_PIXELS, TRAIL_PIXELS, LINE_PIXELS] = [5.5, 2.5, 1.25]
const DASH = [2, 4]

/** What is needed to find the places on the screen. */
export interface LineFrame {
  view: View
  toBox: UnitBox['toBox']
  placeOf: (index: number) => Place | null
  pixelRatio: number
}

export class LineLayer {
  private readonly canvas = document.createElement('canvas')
  private readonly context: CanvasRenderingContext2D | null
  private lines: readonly MapLine[] = []
  private trail: Trail = new Float32Array(0)
  private isClear = true

  constructor(root: HTMLElement) {
    this.canvas.className = 'map-lines'
    this.context = this.canvas.getContext('2d')
    root.append(this.canvas)
  }

  setLines(lines: readonly MapLine[]): void {
    this.lines = lines
  }

  setTrail(trail: Trail | null): void {
    this.trail = trail ?? new Float32Array(0)
  }

  get currentTrail(): Trail {
    return this.trail
  }

  draw(frame: LineFrame): void {
    const empty = this.lines.length === 0 && this.trail.length === 0
    if (!this.context || (empty && this.isClear)) return
    this.prepare(this.context, frame)
    this.drawLines(this.context, frame)
    drawTrail(this.context, this.project(frame))
    this.isClear = empty
  }

  private drawLines(context: CanvasRenderingContext2D, { placeOf }: LineFrame): void {
    const style = getComputedStyle(this.canvas)
    for (const { from, to, strength, seeming } of this.lines) {
      context.strokeStyle = seeming ? style.outlineColor : style.color
      context.setLineDash(seeming ? DASH : [])
      drawLine(context, placeOf(from), placeOf(to), strength)
    }
    context.strokeStyle = style.color
    context.setLineDash([])
  }

  private prepare(context: CanvasRenderingContext2D, { view, pixelRatio }: LineFrame): void {
    const [width, height] = [Math.round(view.width * pixelRatio), Math.round(view.height * pixelRatio)]
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height })
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
    context.clearRect(0, 0, view.width, view.height)
    context.strokeStyle = context.fillStyle = getComputedStyle(this.canvas).color
    context.lineCap = context.lineJoin = 'round'
  }

  private project({ view, toBox }: LineFrame): Float32Array {
    const places = new Float32Array(this.trail.length)
    for (let i = 0; i < places.length; i += 3) places.set(toBox(this.trail[i], this.trail[i + 1], this.trail[i + 2]), i)
    projectAll(places, view, places)
    return places
  }
}

function drawLine(context: CanvasRenderingContext2D, from: Place | null, to: Place | null, strength: number): void {
  if (!from?.visible || !to?.visible) return
  context.globalAlpha = 0.2 + 0.6 * strength
  context.lineWidth = LINE_PIXELS
  context.beginPath()
  context.moveTo(from.x, from.y)
  context.lineTo(to.x, to.y)
  context.stroke()
}

/** The older, the fainter. screen: float32 [3n]. */
function drawTrail(context: CanvasRenderingContext2D, screen: Float32Array): void {
  const n = screen.length / 3
  context.lineWidth = TRAIL_PIXELS
  for (let i = 1; i < n; i++) {
    context.globalAlpha = 0.85 * (i / (n - 1)) ** 1.5
    context.beginPath()
    context.moveTo(screen[3 * i - 3], screen[3 * i - 2])
    context.lineTo(screen[3 * i], screen[3 * i + 1])
    context.stroke()
  }
  if (n === 0) return
  context.globalAlpha = 1
  context.beginPath()
  context.arc(screen[3 * n - 3], screen[3 * n - 2], HEAD_PIXELS, 0, 2 * Math.PI)
  context.fill()
}
