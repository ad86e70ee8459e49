import { describe, expect, it } from 'vitest'
import { combine, formatIds, parseIds, toggle } from './selection'

describe('combining selections', () => {
  const current = [1, 2, 3]
  it.each([
    ['replace', [3, 9]],
    ['add', [1, 2, 3, 9]],
    ['subtract', [1, 2]],
    ['intersect', [3]],
  ] as const)('%s', (how, result) => {
    expect(combine(current, [9, 3], how)).toEqual(result)
  })

  it('toggles one track', () => {
    expect(toggle(current, 2)).toEqual([1, 3])
    expect(toggle(current, 7)).toEqual([1, 2, 3, 7])
  })
})

describe('a selection in a link', () => {
  it('is short where tracks follow each other', () => {
    expect(formatIds([7, 8, 9, 12])).toBe('7-2.3')
    const album = Array.from({ length: 1000 }, (_, i) => 50_000 + i)
    expect(formatIds(album).length).toBeLessThan(10)
  })

  it('comes back as it was', () => {
    for (const ids of [[], [1], [3, 4, 5, 1000, 70_000, 70_001], Array.from({ length: 5000 }, (_, i) => 7 * i + (i % 3))]) {
      expect(parseIds(formatIds(ids))).toEqual(ids)
    }
  })

  it('takes about two characters a track scattered over a large library', () => {
    const scattered = Array.from({ length: 5000 }, (_, i) => 20 * i + (i % 11) + 1)
    expect(formatIds(scattered).length).toBeLessThan(3 * 5000)
  })

  it('is empty where the text makes no sense or would fill the memory', () => {
    for (const text of ['', 'a,b', '1..2', '-3', '%00', '1-zzzzzzzz']) expect(parseIds(text)).toEqual([])
    expect(parseIds(null)).toEqual([])
  })
})
