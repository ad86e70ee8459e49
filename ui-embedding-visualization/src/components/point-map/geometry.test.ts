import { describe, expect, it } from 'vitest'
import { ease, mix, morphStart, pickInDirection, pickNearest, pointSize, toUnitBox } from './geometry'

const all = (n: number) => new Uint8Array(n).fill(1)
const screen = (...places: [number, number, number?][]) => new Float32Array(places.flatMap(([x, y, depth = 1]) => [x, y, depth]))

describe('the unit box', () => {
  it('brings any scale to -1 … 1 and keeps proportions', () => {
    const { positions, extents } = toUnitBox(new Float32Array([1000, 50, 0, 1400, 150, 0]))
    expect([...positions]).toEqual([-1, -0.25, 0, 1, 0.25, 0])
    expect(extents).toEqual([1, 0.25, 0])
  })

  it('survives one point, no point and broken numbers', () => {
    expect([...toUnitBox(new Float32Array([7, 7, 7])).positions]).toEqual([0, 0, 0])
    expect(toUnitBox(new Float32Array(0)).extents).toEqual([0, 0, 0])
    expect([...toUnitBox(new Float32Array([NaN, 0, 0, 1, 2, 0])).positions].every(Number.isFinite)).toBe(true)
  })
})

describe('the way from map to map', () => {
  const target = new Float32Array([5, 5, 0, 6, 6, 0])

  it('each track leaves from where it was, whatever its place in the list', () => {
    const start = morphStart(['a', 'b'], new Float32Array([1, 1, 0, 2, 2, 0]), ['b', 'a'], target)
    expect([...start]).toEqual([2, 2, 0, 1, 1, 0])
  })

  it('a track that was not there appears in its place', () => {
    expect([...morphStart(['a'], new Float32Array([1, 1, 0]), ['new', 'a'], target)]).toEqual([5, 5, 0, 1, 1, 0])
  })

  it('ends exactly at its goal', () => {
    const out = new Float32Array(6)
    mix(new Float32Array([1, 1, 0, 2, 2, 0]), target, ease(1), out)
    expect([...out]).toEqual([...target])
  })
})

describe('picking', () => {
  it('takes the nearest within reach, and none beyond it', () => {
    const places = screen([0, 0], [10, 0], [30, 0])
    expect(pickNearest(places, all(3), 7, 0, 12, 0)).toBe(1)
    expect(pickNearest(places, all(3), 60, 0, 12, 0)).toBe(-1)
  })

  it('passes over greyed points and points behind the eye', () => {
    expect(pickNearest(screen([0, 0], [5, 0]), new Uint8Array([0, 1]), 0, 0, 12, 0)).toBe(1)
    expect(pickNearest(screen([0, 0, -1], [5, 0]), all(2), 0, 0, 12, 0)).toBe(1)
  })

  it('of discs over each other, takes the one in front', () => {
    expect(pickNearest(screen([0, 0, 5], [2, 0, 3]), all(2), 0, 0, 12, 6)).toBe(1)
  })

  it('of discs at the same depth, takes the one whose middle is nearer', () => {
    expect(pickNearest(screen([0, 0, 3], [2, 0, 3]), all(2), 1.6, 0, 12, 6)).toBe(1)
  })

  it('finds the right one of 100 000 within a frame', () => {
    const n = 100_000
    const places = new Float32Array(3 * n).map((_, i) => (i % 3 === 2 ? 1 : ((i * 7919) % 4000) / 2))
    places.set([2500, 2500, 1], 3 * 77_777)
    const start = performance.now()
    expect(pickNearest(places, all(n), 2501, 2499, 12, 2)).toBe(77_777)
    expect(performance.now() - start).toBeLessThan(100)
  })
})

describe('arrow keys', () => {
  const places = screen([0, 0], [100, 10], [50, 80], [-20, 0], [300, 0])

  it('go to the nearest point that way', () => {
    expect(pickInDirection(places, all(5), 0, 'right')).toBe(1)
    expect(pickInDirection(places, all(5), 0, 'left')).toBe(3)
    expect(pickInDirection(places, all(5), 0, 'down')).toBe(2)
  })

  it('stay where nothing lies that way', () => {
    expect(pickInDirection(places, all(5), 0, 'up')).toBe(-1)
  })

  it('pass over greyed points', () => {
    expect(pickInDirection(places, new Uint8Array([1, 0, 1, 1, 1]), 0, 'right')).toBe(4)
  })
})

describe('the size of points', () => {
  it('is large for few and small for many', () => {
    expect(pointSize(48, 1, 40)).toBeGreaterThan(11)
    expect(pointSize(100_000, 1, 1)).toBeLessThan(2.5)
  })

  it('shrinks where neighbours would cover each other, but never to nothing', () => {
    expect(pointSize(48, 1, 7)).toBeLessThan(pointSize(48, 1, 40))
    expect(pointSize(48, 1, 0.01)).toBeGreaterThan(6)
  })

  it('grows by zooming in', () => {
    expect(pointSize(48, 4, 160)).toBeGreaterThan(pointSize(48, 1, 40))
  })

  it('goes by the typical distance to the nearest neighbour', () => {
    expect(toUnitBox(new Float32Array([-1, 0, 0, -0.9, 0, 0, 0.9, 0, 0, 1, 0, 0])).spacing).toBeCloseTo(0.1)
  })
})
