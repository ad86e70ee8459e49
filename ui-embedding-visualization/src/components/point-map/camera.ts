/**
 * One camera for 2-D and 3-D: it looks at (x, y, z) from a distance. Seen head-on, a flat map in perspective is exactly the orthographic
 * picture, so 2-D is this camera with its angles at 0, and a switch to 3-D is a movement instead of a cut.
 */
import type { Extents } from './geometry'

export interface CameraState {
  x: number
  y: number
  z: number
  /** 1: everything fits a window that nothing covers, with room to spare. */
  zoom: number
  /** Radians to the right of head-on. */
  theta: number
  /** Radians above head-on. */
  phi: number
  /**
   * Where (x, y, z) is on the screen, from the middle of the window, in shares of its width and height. It belongs to the camera, so
   * that a map somebody has moved stays where it is when a toolbar grows or a drawer opens, and a link shows the same place.
   */
  shiftX: number
  shiftY: number
}

type Vector = readonly [number, number, number]

/** A camera in a window: what is needed to draw and to project. */
export interface View {
  target: Vector
  right: Vector
  up: Vector
  back: Vector
  /** From the eye to the target, in map units. */
  distance: number
  /** Pixels of one map unit at distance 1. */
  focal: number
  /** Where the target is, in pixels from the top left. */
  centerX: number
  centerY: number
  width: number
  height: number
}

export const FIELD_OF_VIEW_DEGREES = 40
const TAN_HALF = Math.tan((FIELD_OF_VIEW_DEGREES * Math.PI) / 360)
const MARGIN = 1.22
const MIN_EXTENT = 0.4
const ZOOM_RANGE = [0.1, 400] as const
const MAX_PHI = 1.5

/** Head-on, and from the side, as a map is first seen; fitCamera finds their zoom and shift. */
export const FLAT_POSE: CameraState = { x: 0, y: 0, z: 0, zoom: 1, theta: 0, phi: 0, shiftX: 0, shiftY: 0 }
export const DEEP_POSE: CameraState = { ...FLAT_POSE, theta: 0.55, phi: 0.32 }

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/** The distance at zoom 1: a box of these half sizes fits the window, seen from any side. It knows nothing of what covers the map, so that a zoom means the same always. */
function baseDistance([x, y, z]: Extents, aspect: number): number {
  const across = Math.max(MIN_EXTENT, Math.hypot(x, 0.7 * z))
  const upward = Math.max(MIN_EXTENT, y + 0.2 * z)
  return (Math.max(upward, across / aspect) * MARGIN) / TAN_HALF + 0.2 * z
}

export function createView(camera: CameraState, extents: Extents, width: number, height: number): View {
  const [sinT, cosT] = [Math.sin(camera.theta), Math.cos(camera.theta)]
  const [sinP, cosP] = [Math.sin(camera.phi), Math.cos(camera.phi)]
  return {
    target: [camera.x, camera.y, camera.z],
    right: [cosT, 0, -sinT],
    up: [-sinT * sinP, cosP, -cosT * sinP],
    back: [sinT * cosP, sinP, cosT * cosP],
    distance: baseDistance(extents, width / height) / camera.zoom,
    focal: height / 2 / TAN_HALF,
    centerX: (0.5 + camera.shiftX) * width,
    centerY: (0.5 + camera.shiftY) * height,
    width,
    height,
  }
}

/** Project every point: out [3n] = x, y in pixels from the top left, then depth in map units (≤ 0: behind the eye). */
export function projectAll(positions: Float32Array, view: View, out: Float32Array): void {
  const { target, right, up, back, distance, focal, centerX, centerY } = view
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i] - target[0]
    const y = positions[i + 1] - target[1]
    const z = positions[i + 2] - target[2]
    const depth = distance - (back[0] * x + back[1] * y + back[2] * z)
    const scale = focal / depth
    out[i] = centerX + (right[0] * x + right[1] * y + right[2] * z) * scale
    out[i + 1] = centerY - (up[0] * x + up[1] * y + up[2] * z) * scale
    out[i + 2] = depth
  }
}

/** Pixels of one map unit at the target. */
export const unitPixels = (view: View): number => view.focal / view.distance

/** Move the map under the hand by a number of pixels. */
export function pan(camera: CameraState, view: View, dx: number, dy: number): CameraState {
  const [across, upward] = [-dx / unitPixels(view), dy / unitPixels(view)]
  const move = (axis: number) => view.right[axis] * across + view.up[axis] * upward
  return { ...camera, x: camera.x + move(0), y: camera.y + move(1), z: camera.z + move(2) }
}

export function orbit(camera: CameraState, dx: number, dy: number): CameraState {
  return { ...camera, theta: camera.theta - dx * 0.006, phi: clamp(camera.phi + dy * 0.006, -MAX_PHI, MAX_PHI) }
}

/** Zoom so that what lies under (x, y) stays there. */
export function zoomAt(camera: CameraState, view: View, factor: number, x: number, y: number): CameraState {
  const zoom = clamp(camera.zoom * factor, ...ZOOM_RANGE)
  const real = zoom / camera.zoom
  const [dx, dy] = [x - view.centerX, y - view.centerY]
  const held = pan(camera, view, dx * (1 / real - 1), dy * (1 / real - 1))
  return { ...held, zoom }
}

/** Between two cameras; zoom goes in equal ratios, which the eye sees as an even speed. */
export function mixCameras(a: CameraState, b: CameraState, t: number): CameraState {
  const between = (from: number, to: number) => from + (to - from) * t
  return {
    x: between(a.x, b.x),
    y: between(a.y, b.y),
    z: between(a.z, b.z),
    zoom: a.zoom * (b.zoom / a.zoom) ** t,
    theta: between(a.theta, b.theta),
    phi: between(a.phi, b.phi),
    shiftX: between(a.shiftX, b.shiftX),
    shiftY: between(a.shiftY, b.shiftY),
  }
}

/** Less than a pixel apart, about. */
export function isSameCamera(a: CameraState, b: CameraState): boolean {
  const near = (key: keyof CameraState, slack: number) => Math.abs(a[key] - b[key]) <= slack
  const places = (['x', 'y', 'z'] as const).every((key) => near(key, 2e-3 / a.zoom))
  const angles = near('theta', 2e-3) && near('phi', 2e-3)
  return places && angles && near('zoom', 2e-3 * a.zoom) && near('shiftX', 1e-3) && near('shiftY', 1e-3)
}
