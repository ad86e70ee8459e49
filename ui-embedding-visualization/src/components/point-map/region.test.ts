import { describe, expect, it } from 'vitest'
import { isInside, pointsInRegion, rectangle } from './region'

const screen = (...places: [number, number, number?][]) => new Float32Array(places.flatMap(([x, y, depth = 1]) => [x, y, depth]))
const full = (n: number) => new Uint8Array(n).fill(2)
const HORSESHOE = [0, 0, 30, 0, 30, 30, 20, 30, 20, 10, 10, 10, 10, 30, 0, 30]

describe('points in a region', () => {
  it('lie inside a rectangle drawn in any direction', () => {
    const places = screen([5, 5], [15, 5], [25, 25])
    expect(pointsInRegion(places, full(3), rectangle(0, 0, 20, 10))).toEqual([0, 1])
    expect(pointsInRegion(places, full(3), rectangle(20, 10, 0, 0))).toEqual([0, 1])
  })

  it('follow a lasso into its bays', () => {
    expect(isInside(5, 20, HORSESHOE)).toBe(true)
    expect(isInside(15, 20, HORSESHOE)).toBe(false)
    expect(isInside(25, 20, HORSESHOE)).toBe(true)
  })

  it('leave out greyed points and points behind the eye', () => {
    const places = screen([5, 5], [6, 6], [7, 7, -1])
    expect(pointsInRegion(places, new Uint8Array([1, 0, 2]), rectangle(0, 0, 20, 20))).toEqual([0])
  })

  it('are none for a line or a dot', () => {
    expect(pointsInRegion(screen([5, 5]), full(1), [])).toEqual([])
    expect(pointsInRegion(screen([5, 5]), full(1), [5, 5, 5, 5])).toEqual([])
  })

  it('agree with the distance for a round lasso around many points', () => {
    const n = 20_000
    const places = new Float32Array(3 * n).map((_, i) => (i % 3 === 2 ? 1 : ((i * 7919) % 4001) / 4))
    const circle = Array.from({ length: 720 }, (_, i) => (i % 2 ? 500 + 200 * Math.sin((i * Math.PI) / 360) : 500 + 200 * Math.cos(((i + 1) * Math.PI) / 360)))
    const radius = (i: number) => Math.hypot(places[3 * i] - 500, places[3 * i + 1] - 500)
    const found = new Set(pointsInRegion(places, full(n), circle))
    for (let i = 0; i < n; i++) if (Math.abs(radius(i) - 200) > 1) expect(found.has(i)).toBe(radius(i) < 200)
  })
})
