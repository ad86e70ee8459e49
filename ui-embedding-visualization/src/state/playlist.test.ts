import { beforeEach, describe, expect, it } from 'vitest'
import { addToPlaylist, moveInPlaylist, openPlaylist, removeFromPlaylist, renamePlaylist, startPlaylist, useDraft } from './playlist'

beforeEach(startPlaylist)

describe('a playlist in the making', () => {
  it('takes each track once, and can be reordered and thinned', () => {
    addToPlaylist(['a', 'b'])
    addToPlaylist(['b', 'c'])
    moveInPlaylist(2, 0)
    removeFromPlaylist(1)
    expect(useDraft.getState().tracks).toEqual(['c', 'b'])
  })

  it('stays as it is when an entry is moved out of it', () => {
    addToPlaylist(['a', 'b'])
    moveInPlaylist(0, -1)
    moveInPlaylist(1, 2)
    expect(useDraft.getState().tracks).toEqual(['a', 'b'])
  })

  it('knows whether it is saved', () => {
    openPlaylist({ id: 7, name: 'Sunday', tracks: ['a'] })
    expect(useDraft.getState()).toMatchObject({ id: 7, changed: false })
    renamePlaylist('Monday')
    expect(useDraft.getState().changed).toBe(true)
  })

  it('is kept by the browser', () => {
    addToPlaylist(['a'])
    expect(JSON.parse(window.localStorage.getItem('melodex-playlist') ?? '')).toMatchObject({ tracks: ['a'] })
  })
})
