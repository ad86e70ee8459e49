/** The same map on a plain 2-D canvas, for browsers without WebGL. */
import { LEVEL } from './points'
import { drawingOrder, outlinePixels, sortByDepth, type Frame, type MapLook, type Renderer, type Rgb } from './renderer'

/** Below this diameter a square looks like a disc and is drawn five times as fast. */
const SQUARE_BELOW_PIXELS = 3.5
/** How much of its own colour a point of each level keeps. */
const OWN_COLOUR = { [LEVEL.greyed]: 0, [LEVEL.dimmed]: 0.27, [LEVEL.full]: 1 } as Record<number, number>
const css = ([red, green, blue]: Rgb) => `rgb(${red},${green},${blue})`

export class CanvasPointRenderer implements Renderer {
  readonly kind = 'canvas'
  readonly canvas = document.createElement('canvas')
  private readonly context = this.canvas.getContext('2d')
  private colours: Uint8Array = new Uint8Array(0)
  private levels: Uint8Array = new Uint8Array(0)
  private order: Uint32Array = new Uint32Array(0)
  private pixelRatio = 1

  setSize(width: number, height: number, pixelRatio: number): void {
    this.pixelRatio = pixelRatio
    this.canvas.width = Math.round(width * pixelRatio)
    this.canvas.height = Math.round(height * pixelRatio)
  }

  setPoints(_positions: Float32Array, colours: Uint8Array, levels: Uint8Array): void {
    this.colours = colours
    this.levels = levels
    this.order = drawingOrder(levels)
  }

  positionsMoved(): void {
    // Positions arrive projected, with every frame.
  }

  draw(frame: Frame): void {
    if (!this.context) return
    if (frame.deep) sortByDepth(this.order, frame.screen)
    this.context.setTransform(this.pixelRatio, 0, 0, this.pixelRatio, 0, 0)
    this.context.clearRect(0, 0, frame.view.width, frame.view.height)
    this.context.lineWidth = outlinePixels(this.levels.length)
    this.context.strokeStyle = css(frame.look.background)
    const places = frame.screen()
    for (const i of this.order) this.drawPoint(this.context, frame, places, i)
  }

  private drawPoint(context: CanvasRenderingContext2D, frame: Frame, places: Float32Array, i: number): void {
    const [x, y, depth] = [places[3 * i], places[3 * i + 1], places[3 * i + 2]]
    if (depth <= 0 || x < -20 || y < -20 || x > frame.view.width + 20 || y > frame.view.height + 20) return
    const nearness = Math.min(2.4, Math.max(0.4, frame.view.distance / depth))
    const radius = (frame.size / 2) * nearness * (this.levels[i] === LEVEL.full ? 1 : 0.78)
    context.fillStyle = css(this.colourOf(i, frame.look))
    if (2 * radius < SQUARE_BELOW_PIXELS) {
      context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius)
      return
    }
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fill()
    if (context.lineWidth > 0) context.stroke()
  }

  private colourOf(i: number, { ghost }: MapLook): Rgb {
    const own = [0, 1, 2].map((channel) => this.colours[3 * i + channel])
    const share = OWN_COLOUR[this.levels[i]]
    return own.map((value, channel) => Math.round(ghost[channel] + (value - ghost[channel]) * share)) as unknown as Rgb
  }

  dispose(): void {
    this.canvas.remove()
  }
}
