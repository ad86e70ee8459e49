import { describe, expect, it } from 'vitest'
import { moveItem } from './reorder'

describe('moving one entry', () => {
  it.each([
    [0, 2, 'bcad'],
    [3, 0, 'dabc'],
    [1, 1, 'abcd'],
    [1, 2, 'acbd'],
    [0, 4, 'abcd'],
    [-1, 0, 'abcd'],
  ])('from %i to %i', (from, to, expected) => {
    expect(moveItem([...'abcd'], from, to).join('')).toBe(expected)
  })

  it('leaves the list it was given', () => {
    const list = [...'abc']
    moveItem(list, 0, 2)
    expect(list.join('')).toBe('abc')
  })
})
