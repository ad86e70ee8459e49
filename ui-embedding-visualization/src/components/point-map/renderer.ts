import type { View } from './camera'
import type { Screen } from './screen'

export type Rgb = readonly [number, number, number]

/** How the map looks, apart from its points. */
export interface MapLook {
  background: Rgb
  /** Points that are filtered out. */
  ghost: Rgb
}

/** Everything a renderer draws in one frame. */
export interface Frame {
  view: View
  screen: Screen
  /** Diameter of a point at the target, in CSS pixels. */
  size: number
  /** Points in front of others hide them. */
  deep: boolean
  look: MapLook
}

/** WebGL, or the plain canvas where it is absent. Arrays are kept, not copied: say so when they change. */
export interface Renderer {
  readonly kind: 'webgl' | 'canvas'
  readonly canvas: HTMLCanvasElement
  setSize(width: number, height: number, pixelRatio: number): void
  /** positions float32 [3n], colours uint8 [3n], levels uint8 [n] of LEVEL. */
  setPoints(positions: Float32Array, colours: Uint8Array, levels: Uint8Array): void
  /** The positions given before have moved. */
  positionsMoved(): void
  draw(frame: Frame): void
  dispose(): void
}

/** Faint points first, so that they lie under the others: uint32 [n]. */
export function drawingOrder(levels: Uint8Array): Uint32Array {
  const order = new Uint32Array(levels.length)
  const counts = new Uint32Array(256)
  for (const level of levels) counts[level]++
  let before = 0
  const next = counts.map((count) => (before += count) - count)
  for (let i = 0; i < levels.length; i++) order[next[levels[i]]++] = i
  return order
}

/** More points than this are not sorted by depth each frame; the depth buffer does what it can. */
export const MAX_SORTED = 8192

/** Far points first. */
export function sortByDepth(order: Uint32Array, screen: Screen): void {
  if (order.length > MAX_SORTED) return
  const places = screen()
  order.sort((a, b) => places[3 * b + 2] - places[3 * a + 2])
}

/** With few points there is room for an outline and a soft glow around each. */
export const outlinePixels = (nPoints: number): number => (nPoints < 5000 ? 1.25 : 0)
export const glowFactor = (nPoints: number): number => (nPoints < 400 ? 2.4 : 0)

/** Whether a point of so many pixels of the screen is as good as a square. */
export const isDot = (pixels: number): boolean => pixels <= 3
