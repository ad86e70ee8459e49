/** The camera of a mounted map: where it is, where it flies to, and what it has to show. */
import { centerOf, containsPoint, type Box } from './boxes'
import { createView, DEEP_POSE, FLAT_POSE, isSameCamera, mixCameras, type CameraState, type View } from './camera'
import { fitCamera } from './fit'
import type { Extents, UnitBox } from './geometry'
import { isSameInsets, NO_INSETS, uncoveredArea, type MapFrame } from './insets'
import type { Place } from './markLayer'

/** Runs one movement at a time; step gets the share of the way, 0 … 1. */
export interface Motion {
  start(duration: number, step: (share: number) => void): void
  stop(): void
}

const FLIGHT_MS = 600
/** The way to a new place when more or less of the map is covered. */
const REFIT_MS = 300
const FLIGHT_ZOOM = 2.2
const REVEAL_MARGIN = 24

export class MapCamera {
  state: CameraState = FLAT_POSE
  /** Half sizes of what is shown: of the box, or between two boxes on the way from map to map. */
  extents: Extents = [0, 0, 0]
  /** Where the camera is, or will be after its flight. */
  private goal: CameraState = FLAT_POSE
  private frame: MapFrame = { width: 1, height: 1, insets: NO_INSETS }
  /** null until it is asked for: it takes a look at every point. */
  private fit: CameraState | null = null

  constructor(
    private readonly motion: Motion,
    private box: UnitBox,
    private isDeep = false,
  ) {}

  /** Other points; where to look is left to the caller. */
  setBox(box: UnitBox, isDeep: boolean): void {
    Object.assign(this, { box, isDeep, fit: null })
  }

  /**
   * A fitted map follows: at once when the window changes, as a movement when something covers more of it or less. A camera that somebody
   * has moved stays: points must not run away from the pointer because a group of buttons appeared. Returns whether anything has changed.
   */
  setFrame(next: MapFrame): boolean {
    const { frame, isFitted } = this
    const resized = next.width !== frame.width || next.height !== frame.height
    if (!resized && isSameInsets(next.insets, frame.insets)) return false
    Object.assign(this, { frame: next, fit: null })
    if (isFitted && resized) this.set(this.fitted)
    else if (isFitted) this.flyTo(this.fitted, REFIT_MS)
    return true
  }

  get view(): View {
    return createView(this.state, this.extents, this.frame.width, this.frame.height)
  }

  /** What nothing covers, in pixels from the map's top left. */
  get area(): Box {
    return uncoveredArea(this.frame)
  }

  /** The camera that shows everything. */
  get fitted(): CameraState {
    return (this.fit ??= fitCamera(this.box, this.isDeep ? DEEP_POSE : FLAT_POSE, this.frame))
  }

  /** It does, or is on its way there. */
  get isFitted(): boolean {
    return isSameCamera(this.goal, this.fitted)
  }

  /** At once, as under the hand. On a flat map the camera stays head-on. */
  set(camera: CameraState): void {
    this.motion.stop()
    this.state = this.goal = this.isDeep ? camera : { ...camera, z: 0, theta: 0, phi: 0 }
  }

  flyTo(to: CameraState, duration = FLIGHT_MS): void {
    const from = this.state
    this.goal = to
    if (isSameCamera(from, to)) this.motion.stop()
    else this.motion.start(duration, (share) => (this.state = mixCameras(from, to, share)))
  }

  /** Bring a point to the middle of what nothing covers, near enough to see its surroundings. */
  flyToPoint(index: number, zoom = Math.max(FLIGHT_ZOOM, this.state.zoom)): void {
    const [x, y, z] = this.box.positions.subarray(3 * index, 3 * index + 3)
    const center = centerOf(this.area)
    this.flyTo({ ...this.state, x, y, z, zoom, shiftX: center.x / this.frame.width - 0.5, shiftY: center.y / this.frame.height - 0.5 })
  }

  /** Move only if the point, which is at this place, is covered, near the edge or outside. */
  reveal(index: number, { x, y }: Place): void {
    const { left, top, right, bottom } = this.area
    const inner = { left: left + REVEAL_MARGIN, top: top + REVEAL_MARGIN, right: right - REVEAL_MARGIN, bottom: bottom - REVEAL_MARGIN }
    if (!containsPoint(inner, x, y)) this.flyToPoint(index, this.state.zoom)
  }
}
