import { describe, expect, it } from 'vitest'
import { makeTrack } from '@/testing/fakeServer'
import { buildSearchIndex, matchTracks, searchTracks } from './search'

const index = buildSearchIndex([
  makeTrack('x/1.mp3', { title: 'Night Drive', artist: 'Blue Harbour', album: 'Roads', genre: 'electronic' }),
  makeTrack('x/2.mp3', { title: 'Roads', artist: 'Portishead', album: 'Dummy', genre: 'trip-hop' }),
  makeTrack('x/3.mp3', { title: 'Midnight', artist: 'Roads End', album: 'Live', genre: 'rock' }),
  makeTrack('bjork/04 - Joga.mp3', { artist: 'Björk' }),
])
const found = (query: string) => searchTracks(index, query).map((track) => track.filename)

describe('search', () => {
  it('puts titles before artists before albums', () => {
    expect(found('roads')).toEqual(['x/2.mp3', 'x/3.mp3', 'x/1.mp3'])
  })

  it('puts the beginning of a word before its middle', () => {
    expect(found('night')).toEqual(['x/1.mp3', 'x/3.mp3'])
  })

  it('needs every word, in any field and order', () => {
    expect(found('portishead dummy')).toEqual(['x/2.mp3'])
    expect(found('dummy harbour')).toEqual([])
  })

  it('forgives accents and case, and finds file names', () => {
    expect(found('BJORK')).toEqual(['bjork/04 - Joga.mp3'])
    expect(found('björk joga')).toEqual(['bjork/04 - Joga.mp3'])
  })

  it('finds nothing for nothing', () => {
    expect(found('   ')).toEqual([])
  })

  it('stops at the limit', () => {
    expect(searchTracks(index, 'x', 2)).toHaveLength(2)
  })
})

describe('the filter', () => {
  const names = (query: string) => matchTracks(index, query).map((track) => track.filename)

  it('keeps every track for no words, in their own order', () => {
    expect(names('  ')).toEqual(index.map((entry) => entry.track.filename))
  })

  it('needs every word, anywhere', () => {
    const [first] = index
    const word = first.fields[4].slice(0, 4)
    expect(names(word)).toContain(first.track.filename)
    expect(names(`${word} zzzz`)).toEqual([])
  })
})
