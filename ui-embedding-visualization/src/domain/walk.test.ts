import { describe, expect, it } from 'vitest'
import type { Hit } from '@/api/types'
import { placeOfMoment, segmentAt, trailAt, type Step } from './walk'

const hit = (name: string, distance: number) => ({ name, distance }) as Hit
const MAP = new Float32Array([0, 0, 0, 10, 0, 0, 0, 10, 0])
const indexOf = (name: string) => ['a', 'b', 'c'].indexOf(name)

describe('the place of a moment', () => {
  it('is the middle of equally near tracks', () => {
    expect(placeOfMoment([hit('b', 0.2), hit('c', 0.2)], indexOf, MAP)).toEqual([5, 5, 0])
  })

  it('is drawn to the nearest, and lies on a track that sounds the same', () => {
    const [x] = placeOfMoment([hit('b', 0.1), hit('a', 0.3)], indexOf, MAP) ?? [NaN]
    expect(x).toBeGreaterThan(8.9)
    expect(placeOfMoment([hit('b', 0), hit('a', 0.3)], indexOf, MAP)?.[0]).toBeCloseTo(10)
  })

  it('passes over tracks that the map does not have', () => {
    expect(placeOfMoment([hit('gone', 0.01), hit('c', 0.2)], indexOf, MAP)).toEqual([0, 10, 0])
    expect(placeOfMoment([hit('gone', 0.01)], indexOf, MAP)).toBeNull()
  })
})

describe('the trail', () => {
  const steps: Step[] = [
    { seconds: 1.5, place: [0, 0, 0] },
    { seconds: 4.5, place: null },
    { seconds: 7.5, place: [6, 0, 0] },
  ]

  it('ends where the sound is now, on the way from step to step', () => {
    expect([...trailAt(steps, 4.5)]).toEqual([0, 0, 0, 3, 0, 0])
    expect([...trailAt(steps, 8)]).toEqual([0, 0, 0, 6, 0, 0, 6, 0, 0])
  })

  it('stands at the first place before it, and is empty while nothing is known', () => {
    expect([...trailAt(steps, 0.2)]).toEqual([0, 0, 0])
    expect(trailAt([{ seconds: 1, place: null }], 2)).toHaveLength(0)
  })
})

it('the segment that sounds is the last that has begun', () => {
  expect([0, 2.9, 3, 7, 100].map((seconds) => segmentAt([0, 3, 6], seconds))).toEqual([0, 0, 1, 2, 2])
  expect(segmentAt([0.5], 0.2)).toBe(-1)
})
