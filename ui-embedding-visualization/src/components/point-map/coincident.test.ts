import { describe, expect, it } from 'vitest'
import { createView, DEEP_POSE, FLAT_POSE, projectAll } from './camera'
import { fitCamera } from './fit'
import { pickNearest, pointSize, toUnitBox } from './geometry'

const FRAME = { width: 850, height: 730, insets: { top: 54, right: 0, bottom: 38, left: 0 } }

/** Points all over a map; the first `nEqual` of every `period` share a place. Axes beyond `dimensions` are 0. */
function coordinates(nPoints: number, isEqual: (i: number) => boolean, dimensions = 2) {
  return new Float32Array(3 * nPoints).map((_, at) => {
    const [i, axis] = [Math.floor(at / 3), at % 3]
    if (axis >= dimensions) return 0
    return isEqual(i) ? 0.25 * (axis + 1) : ((i + 1) * [0.7548777, 0.5698403, 0.8191725][axis]) % 1
  })
}

const radiusOf = (positions: Float32Array, members: number[]) =>
  Math.max(...members.map((i) => Math.hypot(positions[3 * i] - positions[3 * members[0]], positions[3 * i + 1] - positions[3 * members[0] + 1])))

const isMember = (i: number) => i % 3 === 0 && i < 42
const MEMBERS = Array.from({ length: 14 }, (_, k) => 3 * k)

describe.each([2, 3])('14 equal tracks of 48 in %i dimensions', (dimensions) => {
  const data = coordinates(48, isMember, dimensions)
  const box = toUnitBox(data)
  const camera = fitCamera(box, dimensions === 3 ? DEEP_POSE : FLAT_POSE, FRAME)
  const view = createView(camera, box.extents, FRAME.width, FRAME.height)
  const screen = new Float32Array(3 * 48)
  projectAll(box.positions, view, screen)

  it('stay together, the first at the place itself, and the same every time', () => {
    expect(2 * radiusOf(box.positions, MEMBERS)).toBeLessThan(0.06 * 2)
    expect([...box.positions.subarray(0, 3)].map((value) => value.toFixed(4))).toEqual(box.toBox(0.25, 0.5, dimensions === 3 ? 0.75 : 0).map((value) => value.toFixed(4)))
    expect([...toUnitBox(data).positions]).toEqual([...box.positions])
  })

  it('leave all others where they are', () => {
    for (let i = 0; i < 48; i++) {
      if (isMember(i)) continue
      const [x, y, z] = box.toBox(data[3 * i], data[3 * i + 1], data[3 * i + 2])
      expect(box.positions[3 * i]).toBeCloseTo(x, 5)
      expect(box.positions[3 * i + 1]).toBeCloseTo(y, 5)
      expect(box.positions[3 * i + 2]).toBeCloseTo(z, 5)
    }
  })

  it('can each be picked somewhere', () => {
    const levels = new Uint8Array(48).fill(2)
    const radius = pointSize(48, camera.zoom, 0) / 2
    const picked = new Set<number>()
    for (let x = screen[0] - 80; x < screen[0] + 80; x++) {
      for (let y = screen[1] - 80; y < screen[1] + 80; y++) picked.add(pickNearest(screen, levels, x, y, 12, radius))
    }
    expect(MEMBERS.filter((i) => !picked.has(i))).toEqual([])
  })
})

it('a click on the place of a point of a flat map picks that point', () => {
  const box = toUnitBox(coordinates(48, isMember))
  const view = createView(fitCamera(box, FLAT_POSE, FRAME), box.extents, FRAME.width, FRAME.height)
  const screen = new Float32Array(3 * 48)
  projectAll(box.positions, view, screen)
  const levels = new Uint8Array(48).fill(2)
  expect(MEMBERS.map((i) => pickNearest(screen, levels, screen[3 * i], screen[3 * i + 1], 12, 7))).toEqual(MEMBERS)
})

it('10 000 equal tracks of 100 000 are all apart and take a small part of the map, at once', () => {
  const data = coordinates(100_000, (i) => i % 10 === 0)
  const start = performance.now()
  const { positions } = toUnitBox(data)
  expect(performance.now() - start).toBeLessThan(1000)
  const members = Array.from({ length: 10_000 }, (_, k) => 10 * k)
  expect(radiusOf(positions, members)).toBeLessThan(0.06)
  expect(new Set(members.map((i) => `${positions[3 * i]} ${positions[3 * i + 1]}`)).size).toBe(10_000)
})

it('a map whose points are all equal has them side by side', () => {
  const { positions } = toUnitBox(new Float32Array(300).fill(5))
  expect(new Set(Array.from({ length: 100 }, (_, i) => `${positions[3 * i]} ${positions[3 * i + 1]}`)).size).toBe(100)
})

it('without equal points, nothing is moved, negative zeros included', () => {
  expect([...toUnitBox(new Float32Array([-1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1, 0])).positions]).toEqual([-1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1, 0])
})
