import { describe, expect, it } from 'vitest'
import type { EvolutionGroup } from '@/api/analysisTypes'
import { makeTrack } from '@/testing/fakeServer'
import { datedArtists, yearPlaces } from './evolution'

describe('artists to follow', () => {
  it('are those with dated tracks, of most years first, whatever the case of their names', () => {
    const library = [
      makeTrack('a', { artist: 'Ann', year: 1990 }),
      makeTrack('b', { artist: 'Björk', year: 1997 }),
      makeTrack('c', { artist: 'BJÖRK', year: 1993 }),
      makeTrack('d', { artist: 'Nobody' }),
      makeTrack('e', { artist: 'Ann', year: 1990 }),
      makeTrack('f', { artist: 'Lost', year: 1990, status: 'error' }),
    ]
    expect(datedArtists(library).map(({ name, tracks, first, last }) => [name, tracks, first, last])).toEqual([
      ['Björk', 2, 1993, 1997],
      ['Ann', 2, 1990, 1990],
    ])
  })
})

describe('places of years', () => {
  it('are the means of the tracks that are on the map', () => {
    const years = [
      { year: 1990, n_tracks: 3, spread: 1, tracks: ['a', 'b', 'gone'] },
      { year: 1991, n_tracks: 1, spread: null, tracks: ['gone'] },
    ]
    const places: Record<string, [number, number]> = { a: [0, 2], b: [4, 0] }
    const found = yearPlaces({ years } as EvolutionGroup, (filename) => places[filename] ?? null)
    expect(found.map(({ year, x, y }) => [year, x, y])).toEqual([[1990, 2, 1]])
  })
})
