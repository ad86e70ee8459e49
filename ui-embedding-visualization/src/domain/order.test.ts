import { describe, expect, it } from 'vitest'
import type { Track } from '@/api/types'
import { makeTrack, TRACKS } from '@/testing/fakeServer'
import { playOrder, stepInOrder } from './order'
import { finish } from './slicedSort'

const namesInOrder = (tracks: Track[]) => finish(playOrder(tracks)).map((i) => tracks[i].filename)

describe('the order of previous and next', () => {
  it('is that of a shelf: artist, album, track number; the untagged last', () => {
    expect(namesInOrder(TRACKS)).toEqual(['b/first.flac', 'b/second.flac', 'a/Björk.ogg', 'untagged.wav'])
  })

  it('counts like a person: part 2 before part 10', () => {
    expect(namesInOrder([makeTrack('part 10.mp3'), makeTrack('part 2.mp3')])).toEqual(['part 2.mp3', 'part 10.mp3'])
  })

  it('wraps at both ends', () => {
    expect(stepInOrder(['a', 'b', 'c'], 'c', 1)).toBe('a')
    expect(stepInOrder(['a', 'b', 'c'], 'a', -1)).toBe('c')
  })

  it('starts at an end when the current track is filtered out', () => {
    expect(stepInOrder(['a', 'b'], 'gone', 1)).toBe('a')
    expect(stepInOrder(['a', 'b'], null, -1)).toBe('b')
    expect(stepInOrder([], 'a', 1)).toBeNull()
  })
})
