import { describe, expect, it } from 'vitest'
import { makeTrack } from '@/testing/fakeServer'
import { cellText, COLUMNS, formatSort, nextSort, parseSort, shelve, sortTracks, type Sort } from './columns'
import { finish } from './slicedSort'

const TRACKS = [
  makeTrack('c.mp3', { title: 'Track 10', artist: 'Ann', year: 1999 }),
  makeTrack('a.mp3', { title: 'track 9', artist: 'Zoe', year: null }),
  makeTrack('b.mp3', { title: 'Étude', artist: 'ann', year: 1971 }),
]
const names = (sort: Sort) => finish(sortTracks(finish(shelve(TRACKS)), sort)).map((track) => track.filename[0]).join('')

describe('sorting the library', () => {
  it('goes by number where there are numbers, the unknown last in both directions', () => {
    expect(names({ key: 'year', descending: false })).toBe('bca')
    expect(names({ key: 'year', descending: true })).toBe('cba')
  })

  it('reads titles as a person does: accents, case, numbers in names', () => {
    expect(names({ key: 'title', descending: false })).toBe('bac')
  })

  it('without a column is the shelf’s order: artist, album, track', () => {
    expect(names(null)).toBe('bca')
  })

  it('reads and compares only so much between two pauses', () => {
    let [read, most] = [0, 0]
    const track = (i: number) => Object.defineProperty(makeTrack(`${i}.mp3`), 'year', { get: () => (read++, (i * 7919) % 61) })
    const work = sortTracks(Array.from({ length: 20_000 }, (_, i) => track(i)), { key: 'year', descending: false })
    for (let step = work.next(); !step.done; step = work.next()) {
      most = Math.max(most, read)
      read = 0
    }
    expect(most).toBeLessThan(2000)
  })

  it('a heading goes up, down and back', () => {
    const up = nextSort(null, 'year')
    const down = nextSort(up, 'year')
    expect([up, down, nextSort(down, 'year')].map(formatSort)).toEqual(['year', '-year', null])
    expect(formatSort(nextSort(down, 'title'))).toBe('title')
  })

  it('comes back from a link, and makes nothing of nonsense', () => {
    for (const text of ['year', '-title', null]) expect(formatSort(parseSort(text))).toBe(text)
    expect(parseSort('cheese')).toBeNull()
  })
})

it('cells say numbers with their units, and nothing for what is unknown', () => {
  const texts = (track: ReturnType<typeof makeTrack>) => Object.fromEntries(COLUMNS.map((column) => [column.key, cellText(column, track)]))
  expect(texts(makeTrack('x.mp3', { duration: 203, confidence: 0.254 }))).toMatchObject({ title: 'x', artist: 'Unknown artist', duration: '3:23', confidence: '25 %', year: '' })
})
