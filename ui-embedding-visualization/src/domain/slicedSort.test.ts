import { describe, expect, it } from 'vitest'
import { finish, sortInSlices } from './slicedSort'

const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key

describe('sorting in slices', () => {
  it('is the sort that every browser has, equal entries in their order included', () => {
    for (const n of [0, 1, 2, 1024, 1025, 5000]) {
      const items = Array.from({ length: n }, (_, i) => ({ key: (i * 7919) % 101, i }))
      expect(finish(sortInSlices(items, byKey))).toEqual([...items].sort(byKey))
    }
  })

  it('never does much at a time', () => {
    let [compared, most] = [0, 0]
    const items = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_011)
    const work = sortInSlices(items, (a, b) => (compared++, a - b))
    for (let step = work.next(); !step.done; step = work.next()) {
      most = Math.max(most, compared)
      compared = 0
    }
    expect(most).toBeLessThan(16_000)
  })

  it('leaves the list as it was', () => {
    const items = [3, 1, 2]
    finish(sortInSlices(items, (a, b) => a - b))
    expect(items).toEqual([3, 1, 2])
  })
})
