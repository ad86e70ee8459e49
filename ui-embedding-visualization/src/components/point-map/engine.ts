/** The map without React: points, camera, movement, picking. Draws only when something has changed. */
import { centerOf } from './boxes'
import { unitPixels, type CameraState } from './camera'
import { mix, mixExtents, morphStart, pickInDirection, pickNearest, pointSize, toUnitBox, type Direction, type Extents, type UnitBox } from './geometry'
import type { MapFrame } from './insets'
import { MapCamera } from './mapCamera'
import type { Place } from './markLayer'
import { Overlay } from './overlay'
import { pointsInRegion, type Polygon } from './region'
import type { MapLook, Renderer } from './renderer'
import { Projected, type Screen } from './screen'
import { Tweens } from './tweens'
import type { PointData, PointStyle } from './points'

export interface EngineEvents {
  onSettled(settled: boolean): void
  /** null: everything fits. */
  onCamera(camera: CameraState | null): void
  /** What lies over the points has been placed anew. */
  onFrame(): void
}

export const MORPH_MS = 450
const PICK_RADIUS = 12
const EMPTY_DATA: PointData = { count: 0, keys: () => [], coordinates: new Float32Array(0), dimensions: 2 }

/** Sharp screens, but not more than the eye sees. */
const pixelRatio = () => Math.min(2, window.devicePixelRatio || 1)

export class PointMapEngine {
  /** The camera last told to the outside. */
  reportedCamera: CameraState | null = null
  private moving = true
  private data = EMPTY_DATA
  private style: PointStyle = { colours: new Uint8Array(0), levels: new Uint8Array(0) }
  private box: UnitBox = toUnitBox(EMPTY_DATA.coordinates)
  private positions: Float32Array = new Float32Array(0)
  private readonly tweens = new Tweens<'morph' | 'flight'>()
  private readonly flights = {
    start: (duration: number, step: (share: number) => void) => this.move('flight', duration, step),
    stop: () => this.tweens.stop('flight'),
  }
  readonly camera = new MapCamera(this.flights, this.box)
  private readonly projected = new Projected()
  private sceneIsOld = true
  private look: MapLook = { background: [0, 0, 0], ghost: [60, 60, 60] }
  readonly overlay: Overlay
  private renderer: Renderer | null = null
  private frameRequest = 0
  private settled = false

  constructor(
    overlayRoot: HTMLElement,
    private readonly events: EngineEvents,
  ) {
    this.overlay = new Overlay(overlayRoot)
  }

  setRenderer(renderer: Renderer): void {
    this.renderer = renderer
    this.giveRendererSize()
    this.giveRendererPoints()
  }

  /** false: every change is there at once. */
  setMotion(moving: boolean): void {
    this.moving = moving
  }

  /** The map's size, and what covers it. */
  setFrame(frame: MapFrame): void {
    const { width, height } = this.camera.view
    if (!this.camera.setFrame(frame)) return
    if (width !== frame.width || height !== frame.height) this.giveRendererSize()
    this.changed()
  }

  private giveRendererSize(): void {
    const { width, height } = this.camera.view
    this.renderer?.setSize(width, height, pixelRatio())
  }

  /** Show other points. Those already on the map move to their new place; the camera comes back to fit, or stays for the first map. */
  setData(data: PointData, style: PointStyle): void {
    const first = this.data.count === 0
    const box = toUnitBox(data.coordinates)
    const start = first ? box.positions.slice() : morphStart(this.data.keys(), this.positions, data.keys(), box.positions)
    const fromExtents = first ? box.extents : this.camera.extents
    Object.assign(this, { data, style, box, positions: start })
    this.camera.setBox(box, this.isDeep)
    this.projected.resize(data.count)
    this.overlay.marks.set('hovered', -1)
    this.giveRendererPoints()
    this.camera.extents = fromExtents
    if (first) return this.setCamera(this.camera.fitted)
    this.startMorph(start.slice(), fromExtents)
    this.camera.flyTo(this.camera.fitted, MORPH_MS)
  }

  private startMorph(from: Float32Array, fromExtents: Extents): void {
    this.move('morph', MORPH_MS, (t) => {
      mix(from, this.box.positions, t, this.positions)
      this.camera.extents = mixExtents(fromExtents, this.box.extents, t)
      this.renderer?.positionsMoved()
    })
  }

  setStyle(style: PointStyle): void {
    if (style.levels.length !== this.data.count) return
    this.style = style
    this.giveRendererPoints()
  }

  setLook(look: MapLook): void {
    this.look = look
    this.changed()
  }

  /** Change names, rings or lines. The points need not be drawn again. */
  decorate(change: (overlay: Overlay) => void): void {
    change(this.overlay)
    this.requestFrame()
  }

  private giveRendererPoints(): void {
    this.renderer?.setPoints(this.positions, this.style.colours, this.style.levels)
    this.changed()
  }

  get isDeep(): boolean {
    return this.data.dimensions === 3
  }

  /** At once, as under the hand. */
  setCamera(camera: CameraState): void {
    this.camera.set(camera)
    this.changed()
  }

  fit(): void {
    this.camera.flyTo(this.camera.fitted)
  }

  /** Move only if the point cannot be seen well. */
  reveal(index: number): void {
    this.camera.reveal(index, this.placeOf(index))
  }

  pick(x: number, y: number): number {
    return pickNearest(this.screen(), this.style.levels, x, y, PICK_RADIUS, this.size / 2)
  }

  /** Indices of the points seen inside a region of the screen. */
  pickRegion(polygon: Polygon): number[] {
    return pointsInRegion(this.screen(), this.style.levels, polygon)
  }

  /** From the selected point, or from the middle of the map when nothing is selected. */
  pickTowards(direction: Direction): number {
    const from = this.overlay.marks.get('selected')
    if (from >= 0) return pickInDirection(this.screen(), this.style.levels, from, direction)
    const { x, y } = centerOf(this.camera.area)
    return pickNearest(this.screen(), this.style.levels, x, y, Infinity, 0)
  }

  /** Where a point is, in pixels from the map's top left. */
  placeOf(index: number): Place {
    const screen = this.screen(index + 1)
    return { x: screen[3 * index], y: screen[3 * index + 1], visible: screen[3 * index + 2] > 0 }
  }

  get size(): number {
    return pointSize(this.data.count, this.camera.state.zoom, this.box.spacing * unitPixels(this.camera.view))
  }

  private readonly screen: Screen = (count) => this.projected.at(this.positions, this.camera.view, count)

  private move(name: 'morph' | 'flight', duration: number, step: (t: number) => void): void {
    this.tweens.start(name, this.moving && this.renderer ? duration : 0, step)
    this.changed()
  }

  private changed(): void {
    this.projected.forget()
    this.sceneIsOld = true
    this.requestFrame()
  }

  private requestFrame(): void {
    if (this.frameRequest === 0) this.frameRequest = requestAnimationFrame((now) => this.frame(now))
  }

  private frame(now: number): void {
    this.frameRequest = 0
    if (this.tweens.active) this.changed()
    this.tweens.advance(now)
    if (this.sceneIsOld) this.draw()
    this.placeOverlay()
    this.events.onFrame()
    this.reportSettled(!this.tweens.active && this.renderer !== null)
  }

  private draw(): void {
    const { camera, size, look } = this
    this.renderer?.draw({ view: camera.view, screen: this.screen, size, deep: camera.extents[2] > 1e-3, look })
    this.sceneIsOld = false
  }

  private placeOverlay(): void {
    const { size, screen } = this
    const { view, area } = this.camera
    const onMap = (index: number) => index >= 0 && index < this.data.count
    const placeOf = (index: number) => (onMap(index) ? this.placeOf(index) : null)
    this.overlay.place({ view, area, size, placeOf, screen, levels: this.style.levels, toBox: this.box.toBox, labelled: !this.tweens.has('morph'), pixelRatio: pixelRatio() })
  }

  private reportSettled(settled: boolean): void {
    if (settled === this.settled && !settled) return
    this.settled = settled
    this.events.onSettled(settled)
    if (settled) this.events.onCamera(this.camera.isFitted ? null : this.camera.state)
  }

  dispose(): void {
    cancelAnimationFrame(this.frameRequest)
    this.renderer?.dispose()
    this.renderer = null
  }
}
