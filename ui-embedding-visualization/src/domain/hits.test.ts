import { describe, expect, it } from 'vitest'
import type { Hit, Shared } from '@/api/types'
import { makeTrack } from '@/testing/fakeServer'
import { countLists, formatDistance, nearRows, reasonOf } from './hits'

const NOTHING: Shared = { tags: [], genre: null, artist: null, album: null, year: null }
const hit = (name: string, distance: number, facts: Partial<Hit> = {}): Hit => ({ name, tag: 'jazz', distance, segment: null, occurrence: 3, hub: false, shared: NOTHING, ...facts })

describe('why a track is near', () => {
  it('names what is shared, the most telling first', () => {
    expect(reasonOf({ tags: ['guitar', 'slow', 'male vocal', 'loud'], genre: 'folk', artist: 'Ann', album: null, year: null })).toBe('same artist · guitar, slow, male vocal · folk')
  })

  it('does not say an album’s artist, or a genre that is a tag already', () => {
    expect(reasonOf({ tags: ['rock'], genre: 'genre---Rock', artist: 'Ann', album: 'One', year: 1990 })).toBe('same album · rock · 1990')
  })

  it('is empty where nothing is shared', () => {
    expect(reasonOf(NOTHING)).toBe('')
    expect(reasonOf(null)).toBe('')
  })
})

describe('rows of found tracks', () => {
  const rows = nearRows([hit('a', 0.01), hit('gone.mp3', 0.04, { hub: true, occurrence: 31 })], (name) => (name === 'a' ? makeTrack('a', { title: 'Song', artist: 'Ann' }) : null))

  it('keep the order and show the nearest as nearest', () => {
    expect(rows.map((row) => row.title)).toEqual(['Song', 'gone'])
    expect(rows[0].nearness).toBeGreaterThan(rows[1].nearness)
    expect(rows[1].nearness).toBeGreaterThan(0)
  })

  it('mark hubs, with how many tracks they are near to', () => {
    expect(rows.map((row) => row.hub)).toEqual([null, expect.stringContaining('31 tracks')])
  })
})

it('distances keep three digits in any model', () => {
  expect([0.0402, 0.93, 3.14159, 512.7].map(formatDistance)).toEqual(['0.040', '0.930', '3.14', '513'])
})

it('counts in how many models’ lists a track stands', () => {
  const lists = [[hit('a', 1), hit('b', 2)], [hit('b', 9)], [hit('b', 1), hit('c', 2), hit('c', 3)]]
  expect([...countLists(lists)]).toEqual([['a', 1], ['b', 3], ['c', 1]])
})
