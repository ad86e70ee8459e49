import { expect, it } from 'vitest'
import { regionNames } from './regions'

const region = (name: string, ...coords: number[]) => ({ name, coords, n_tracks: 9 })

it('names every region once, and not what a coloured group is called already', () => {
  const regions = [region('Jazz', 1, 2), region('guitar', 3, 4, 5), region('Guitar', 6, 7), region('slow', 8, 9)]
  expect(regionNames(regions, ['jazz'])).toEqual([
    { text: 'guitar', position: [3, 4, 5] },
    { text: 'slow', position: [8, 9, 0] },
  ])
})
