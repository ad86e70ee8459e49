import { describe, expect, it } from 'vitest'
import { LEVEL } from './points'
import { drawingOrder, isDot } from './renderer'

describe('the order of drawing', () => {
  it('has faint points under full ones, and equals as they come', () => {
    const levels = Uint8Array.of(LEVEL.full, LEVEL.greyed, LEVEL.dimmed, LEVEL.full, LEVEL.greyed)
    expect([...drawingOrder(levels)]).toEqual([1, 4, 2, 0, 3])
  })
})

describe('a point of the screen', () => {
  it('is drawn round as soon as its shape can be seen', () => {
    expect([2, 3].every(isDot)).toBe(true)
    expect(isDot(4)).toBe(false)
  })
})
