/** Pure geometry on typed arrays. Positions are float32 [3n]; screens are float32 [3n]: x, y in pixels, then depth. */

import { separateCoincident } from './coincident'

/** Half the size of the box around all points, per axis, in map units. */
export type Extents = readonly [number, number, number]

export interface UnitBox {
  /** Where the points are shown: those that share a place are moved apart. */
  positions: Float32Array
  /** Of the places, before any point was moved. */
  extents: Extents
  /** How far the typical point is from the nearest other place, in map units; 0 for fewer than two places. */
  spacing: number
  /** Brings any other point of the same data into the box. */
  toBox: (x: number, y: number, z: number) => [number, number, number]
}

/** Smallest and largest value of one axis, in plain loops: these run once for a hundred thousand points, before anything is compiled. */
function boundsOf(coordinates: Float32Array, axis: number): [number, number] {
  let low = Infinity
  let high = -Infinity
  for (let i = axis; i < coordinates.length; i += 3) {
    const value = coordinates[i]
    if (value < low && value > -Infinity) low = value
    if (value > high && value < Infinity) high = value
  }
  return [low, high]
}

/** Centre the data and scale it, all axes alike, so that the longest side reaches from -1 to 1. Non-finite values go to the centre. */
export function toUnitBox(coordinates: Float32Array): UnitBox {
  const bounds = [0, 1, 2].map((axis) => boundsOf(coordinates, axis))
  const centre = bounds.map(([low, high]) => (low <= high ? (low + high) / 2 : 0))
  const half = bounds.map(([low, high]) => (low <= high ? (high - low) / 2 : 0))
  const scale = 1 / (Math.max(...half) || 1)
  const place = (value: number, axis: number) => (Number.isFinite(value) ? (value - centre[axis]) * scale : 0)
  const positions = new Float32Array(coordinates.length)
  for (let axis = 0; axis < 3; axis++) {
    const middle = centre[axis]
    for (let i = axis; i < coordinates.length; i += 3) {
      const offset = coordinates[i] - middle
      positions[i] = offset - offset === 0 ? offset * scale + 0 : 0 // not so for what is not finite; + 0: no negative zero
    }
  }
  const spacing = typicalSpacing(positions)
  separateCoincident(positions, spacing)
  return {
    positions,
    spacing,
    extents: [half[0] * scale, half[1] * scale, half[2] * scale],
    toBox: (x, y, z) => [place(x, 0), place(y, 1), place(z, 2)],
  }
}

const SPACING_SAMPLE = 16

/** To the nearest other place; Infinity where there is none. */
function nearestDistance(positions: Float32Array, of: number): number {
  const [x, y, z] = positions.subarray(of, of + 3)
  let nearest = Infinity
  for (let i = 0; i < positions.length; i += 3) {
    const dx = positions[i] - x
    if (dx * dx >= nearest) continue // most points: one axis says it
    const dy = positions[i + 1] - y
    const dz = positions[i + 2] - z
    const square = dx * dx + dy * dy + dz * dz
    if (square > 0 && square < nearest) nearest = square
  }
  return Math.sqrt(nearest)
}

/** Median over a sample of points spread evenly over the list. */
function typicalSpacing(positions: Float32Array): number {
  const n = positions.length / 3
  if (n < 2) return 0
  const step = Math.max(1, Math.floor(n / SPACING_SAMPLE))
  const distances: number[] = []
  for (let i = 0; i < n; i += step) distances.push(nearestDistance(positions, 3 * i))
  const median = distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)]
  return median < Infinity ? median : 0
}

/** Where each point of the new map starts to move: its place on the old map, or its new place if it was not there. */
export function morphStart(
  oldKeys: readonly string[],
  oldPositions: Float32Array,
  newKeys: readonly string[],
  target: Float32Array,
): Float32Array {
  const start = target.slice()
  const oldIndex = new Map(oldKeys.map((key, i) => [key, i]))
  newKeys.forEach((key, i) => {
    const from = oldIndex.get(key)
    if (from !== undefined) start.set(oldPositions.subarray(3 * from, 3 * from + 3), 3 * i)
  })
  return start
}

/** out = a + (b - a) · t, element by element. */
export function mix(a: Float32Array, b: Float32Array, t: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = a[i] + (b[i] - a[i]) * t
}

export const mixExtents = (a: Extents, b: Extents, t: number): Extents => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
]

/** Slow, fast, slow. t: 0 … 1. */
export const ease = (t: number): number => (t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2)

/**
 * The visible point nearest to (x, y) on the screen and within `radius`, or -1. Where several drawn discs lie under the place,
 * the one nearest to the viewer. Brute force: 100 k points take about a millisecond.
 */
export function pickNearest(screen: Float32Array, levels: Uint8Array, x: number, y: number, radius: number, discRadius: number): number {
  let best = -1
  let [bestOutside, bestDepth, bestSquare] = [Infinity, Infinity, Infinity]
  const reach = Math.max(radius, discRadius) ** 2
  for (let i = 0; i < levels.length; i++) {
    const depth = screen[3 * i + 2]
    const square = (screen[3 * i] - x) ** 2 + (screen[3 * i + 1] - y) ** 2
    if (levels[i] === 0 || depth <= 0 || square > reach) continue
    const outside = square <= discRadius * discRadius ? 0 : square
    const order = outside - bestOutside || depth - bestDepth || square - bestSquare
    if (best < 0 || order < 0) [best, bestOutside, bestDepth, bestSquare] = [i, outside, depth, square]
  }
  return best
}

export type Direction = 'left' | 'right' | 'up' | 'down'
const STEP: Record<Direction, readonly [number, number]> = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }

/** The visible point an arrow key leads to: near, and more ahead than aside. -1 where nothing lies that way. */
export function pickInDirection(screen: Float32Array, levels: Uint8Array, from: number, direction: Direction): number {
  const [stepX, stepY] = STEP[direction]
  let best = -1
  let bestCost = Infinity
  for (let i = 0; i < levels.length; i++) {
    if (i === from || levels[i] === 0 || screen[3 * i + 2] <= 0) continue
    const dx = screen[3 * i] - screen[3 * from]
    const dy = screen[3 * i + 1] - screen[3 * from + 1]
    const ahead = dx * stepX + dy * stepY
    const aside = Math.abs(dx * stepY) + Math.abs(dy * stepX)
    if (ahead <= 0.5 || aside > ahead * 1.4) continue
    const cost = ahead + 2 * aside
    if (cost < bestCost) [best, bestCost] = [i, cost]
  }
  return best
}

const MIN_POINT_PIXELS = 2

/**
 * Diameter in CSS pixels: 48 points → 13, 1 300 → 6, 100 k → 2, larger when zoomed in, and smaller where points crowd.
 * spacingPixels: how far apart typical neighbours are on the screen.
 */
export function pointSize(nPoints: number, zoom: number, spacingPixels: number): number {
  const free = Math.min(14, 33 * Math.max(nPoints, 1) ** -0.24) * Math.min(2.2, Math.max(1, zoom) ** 0.3)
  const crowded = spacingPixels > 0 ? Math.max(0.6 * free, Math.min(free, 1.25 * spacingPixels)) : free
  return Math.max(MIN_POINT_PIXELS, crowded)
}
