import { describe, expect, it } from 'vitest'
import { makeTrack } from '@/testing/fakeServer'
import { formatDuration, formatTotal, joinKnown, trackTitle } from './track'

describe('how a track is named', () => {
  it('by its title, else by its file', () => {
    expect(trackTitle(makeTrack('a/b.c/Song 1.live.mp3'))).toBe('Song 1.live')
    expect(trackTitle(makeTrack('a.mp3', { title: 'Real' }))).toBe('Real')
  })

  it('leaves out what is not known', () => {
    expect(joinKnown('Ann', null, 2006, '')).toBe('Ann · 2006')
  })

  it('times read like a player’s', () => {
    expect(formatDuration(203.4)).toBe('3:23')
    expect(formatDuration(3723)).toBe('1:02:03')
    expect(formatDuration(null)).toBe('–')
    expect(formatTotal(9000)).toBe('2 h 30 min')
  })
})
