/** The map without React: points, camera, movement, picking. Draws only when something has changed. */
import { createView, DEEP_FIT, FLAT_FIT, isSameCamera, mixCameras, unitPixels, type CameraState, type View } from './camera'
import { mix, mixExtents, morphStart, pickInDirection, pickNearest, pointSize, toUnitBox, type Direction, type Extents, type UnitBox } from './geometry'
import type { Place } from './markLayer'
import { Overlay } from './overlay'
import { pointsInRegion, type Polygon } from './region'
import type { MapLook, Renderer } from './renderer'
import { Projected, type Screen } from './screen'
import { Tweens } from './tweens'
import type { PointData, PointStyle } from './points'

export interface EngineEvents {
  onSettled(settled: boolean): void
  onCamera(camera: CameraState): void
  /** What lies over the points has been placed anew. */
  onFrame(): void
}

export const MORPH_MS = 450
const FLIGHT_MS = 600
const FLIGHT_ZOOM = 2.2
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
  private extents: Extents = [0, 0, 0]
  private camera: CameraState = FLAT_FIT
  private readonly projected = new Projected()
  private sceneIsOld = true
  private look: MapLook = { background: [0, 0, 0], ghost: [60, 60, 60] }
  private readonly tweens = new Tweens<'morph' | 'flight'>()
  readonly overlay: Overlay
  private renderer: Renderer | null = null
  private frameRequest = 0
  private settled = false
  private width = 1
  private height = 1

  constructor(
    overlayRoot: HTMLElement,
    private readonly events: EngineEvents,
  ) {
    this.overlay = new Overlay(overlayRoot)
  }

  setRenderer(renderer: Renderer): void {
    this.renderer = renderer
    renderer.setSize(this.width, this.height, pixelRatio())
    this.giveRendererPoints()
  }

  /** false: every change is there at once. */
  setMotion(moving: boolean): void {
    this.moving = moving
  }

  resize(width: number, height: number): void {
    if (width === this.width && height === this.height) return
    this.width = Math.max(1, width)
    this.height = Math.max(1, height)
    this.renderer?.setSize(this.width, this.height, pixelRatio())
    this.changed()
  }

  /** Show other points. Those already on the map move to their new place; the camera comes back to fit, or stays for the first map. */
  setData(data: PointData, style: PointStyle): void {
    const first = this.data.count === 0
    const box = toUnitBox(data.coordinates)
    const start = first ? box.positions.slice() : morphStart(this.data.keys(), this.positions, data.keys(), box.positions)
    const fromExtents = first ? box.extents : this.extents
    Object.assign(this, { data, style, box, positions: start, extents: fromExtents })
    this.projected.resize(data.count)
    this.overlay.marks.set('hovered', -1)
    this.giveRendererPoints()
    if (first) return this.setCamera(this.fitCamera())
    this.startMorph(start.slice(), fromExtents)
    this.flyToCamera(this.fitCamera(), MORPH_MS)
  }

  private startMorph(from: Float32Array, fromExtents: Extents): void {
    this.move('morph', MORPH_MS, (t) => {
      mix(from, this.box.positions, t, this.positions)
      this.extents = mixExtents(fromExtents, this.box.extents, t)
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

  get view(): View {
    return createView(this.camera, this.extents, this.width, this.height)
  }

  get cameraState(): CameraState {
    return this.camera
  }

  fitCamera(): CameraState {
    return this.isDeep ? DEEP_FIT : FLAT_FIT
  }

  /** At once, as under the hand. On a flat map the camera stays head-on. */
  setCamera(camera: CameraState): void {
    this.tweens.stop('flight')
    this.camera = this.isDeep ? camera : { ...camera, z: 0, theta: 0, phi: 0 }
    this.changed()
  }

  flyToCamera(to: CameraState, duration = FLIGHT_MS): void {
    const from = this.camera
    if (isSameCamera(from, to)) return
    if (!this.renderer) return this.setCamera(to)
    this.move('flight', duration, (t) => (this.camera = mixCameras(from, to, t)))
  }

  fit(): void {
    this.flyToCamera(this.fitCamera())
  }

  /** Bring a point to the middle, near enough to see its surroundings. */
  flyToPoint(index: number, zoom = Math.max(FLIGHT_ZOOM, this.camera.zoom)): void {
    const [x, y, z] = this.box.positions.subarray(3 * index, 3 * index + 3)
    this.flyToCamera({ ...this.camera, x, y, z, zoom })
  }

  /** Move only if the point is near the edge or outside. */
  reveal(index: number): void {
    const place = this.placeOf(index)
    const margin = 40
    const inside = place.x > margin && place.y > margin && place.x < this.width - margin && place.y < this.height - margin
    if (!inside) this.flyToPoint(index, this.camera.zoom)
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
    return pickNearest(this.screen(), this.style.levels, this.width / 2, this.height / 2, Infinity, 0)
  }

  /** Where a point is, in pixels from the map's top left. */
  placeOf(index: number): Place {
    const screen = this.screen(index + 1)
    return { x: screen[3 * index], y: screen[3 * index + 1], visible: screen[3 * index + 2] > 0 }
  }

  get size(): number {
    return pointSize(this.data.count, this.camera.zoom, this.box.spacing * unitPixels(this.view))
  }

  private readonly screen: Screen = (count) => this.projected.at(this.positions, this.view, count)

  private move(name: 'morph' | 'flight', duration: number, step: (t: number) => void): void {
    this.tweens.start(name, this.moving ? duration : 0, step)
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
    const { view, size, look } = this
    this.renderer?.draw({ view, screen: this.screen, size, deep: this.extents[2] > 1e-3, look })
    this.sceneIsOld = false
  }

  private placeOverlay(): void {
    const { view, size, screen } = this
    const onMap = (index: number) => index >= 0 && index < this.data.count
    const placeOf = (index: number) => (onMap(index) ? this.placeOf(index) : null)
    this.overlay.place({ view, size, placeOf, screen, levels: this.style.levels, toBox: this.box.toBox, labelled: !this.tweens.has('morph'), pixelRatio: pixelRatio() })
  }

  private reportSettled(settled: boolean): void {
    if (settled === this.settled && !settled) return
    this.settled = settled
    this.events.onSettled(settled)
    if (settled) this.events.onCamera(this.camera)
  }

  dispose(): void {
    cancelAnimationFrame(this.frameRequest)
    this.renderer?.dispose()
    this.renderer = null
  }
}
