import { describe, expect, it } from 'vitest'
import { SECONDS_IN_SIGHT, timeWindow } from './timeWindow'

describe('what the player shows of a track', () => {
  it('is all of a short one', () => {
    expect(timeWindow(0, 24)).toEqual({ start: 0, end: 24 })
    expect(timeWindow(23, 24)).toEqual({ start: 0, end: 24 })
  })

  it('keeps the present in the middle of a long one, and stays inside it', () => {
    expect(timeWindow(5, 200).start).toBe(0)
    expect(timeWindow(100, 200)).toEqual({ start: 100 - SECONDS_IN_SIGHT / 2, end: 100 + SECONDS_IN_SIGHT / 2 })
    expect(timeWindow(199, 200)).toEqual({ start: 200 - SECONDS_IN_SIGHT, end: 200 })
  })

  it('stands still for who wants no motion, until the present leaves it', () => {
    expect(timeWindow(59, 200, true)).toEqual(timeWindow(1, 200, true))
    expect(timeWindow(61, 200, true).start).toBe(60)
    expect(timeWindow(199, 200, true).end).toBe(200)
  })

  it('is nothing while the length is not known', () => {
    expect(timeWindow(0, 0)).toEqual({ start: 0, end: 0 })
  })
})
