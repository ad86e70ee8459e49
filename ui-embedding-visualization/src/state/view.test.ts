import { beforeEach, describe, expect, it, vi } from 'vitest'
import { changeMap, changeView, DEFAULT_VIEW, formatView, getView, parseView, type View } from './view'

const FULL: View = {
  page: 'library',
  find: 'blue train',
  sort: '-year',
  playlist: 12,
  artist: 'Björk & Co',
  beside: 'Ann',
  evaluation: '20261124T180000-0a1b2c3d',
  model: 'musicnn',
  variant: 'mtat',
  space: 'taggram',
  method: 'tsne',
  dimensions: 3,
  colour: 'year',
  hidden: ['1990s', 'R&B, soul', 'drum’n’bass?'],
  track: 'Sigur Rós/# 1 (50%) & more, part/two.mp3',
  moment: 77.5,
  from: 'a & b.mp3',
  to: 'c.mp3',
  steps: 12,
  plus: ['d.mp3', 'e.mp3'],
  minus: ['f.mp3'],
  selection: [3, 4, 5, 1200],
  panel: 'selection',
  camera: { x: 0.25, y: -1.5, z: 0, zoom: 3.2, theta: 0.5, phi: -0.3, shiftX: 0.01, shiftY: -0.125 },
  second: { model: 'mert', variant: '95m', space: 'embedding', method: 'pca', dimensions: 2, camera: { x: 1, y: 0, z: 0, zoom: 2, theta: 0, phi: 0, shiftX: 0, shiftY: 0 } },
}

describe('the view in the URL', () => {
  it('comes back as it was, with any character in names', () => {
    expect(parseView(formatView(FULL))).toEqual(FULL)
  })

  it('is empty for the default view', () => {
    expect(formatView(DEFAULT_VIEW)).toBe('')
    expect(parseView('')).toEqual(DEFAULT_VIEW)
  })

  it('falls back where a hand-made link makes no sense', () => {
    expect(parseView('?space=cheese&dimensions=4&colour=loud&panel=door&select=é&moment=-1s&steps=0&playlist=-3&page=cellar&camera=1,2,x&camera=')).toEqual(DEFAULT_VIEW)
    expect(parseView('?camera=0,0,0,0,0,0').camera).toBeNull()
    expect(parseView('?camera=0,0,0,1,0,0,0,0,0').camera).toBeNull()
  })

  it('leaves unknown models and methods for the server to explain', () => {
    expect(parseView('?model=mert&method=foo')).toMatchObject({ model: 'mert', method: 'foo' })
  })
})

describe('changing the view', () => {
  beforeEach(() => changeView(DEFAULT_VIEW, 'amend'))

  it('steps can be undone with the back button', async () => {
    changeView({ dimensions: 3 })
    expect(window.location.search).toBe('?dimensions=3')
    window.history.back()
    await vi.waitFor(() => expect(getView().dimensions).toBe(2))
  })

  it('amendments leave no trace in the history', () => {
    const before = window.history.length
    changeView({ camera: FULL.camera }, 'amend')
    expect(window.history.length).toBe(before)
    expect(getView().camera).toEqual(FULL.camera)
  })

  it('of two maps changes the one that is meant', () => {
    changeMap('second', { dimensions: 3 })
    expect(getView()).toEqual(DEFAULT_VIEW)
    changeView({ second: FULL.second })
    changeMap('second', { dimensions: 3 })
    changeMap('first', { method: 'tsne' })
    expect(getView()).toMatchObject({ method: 'tsne', dimensions: 2, second: { model: 'mert', method: 'pca', dimensions: 3 } })
    expect(window.location.search).toContain('dimensions2=3')
  })

  it('another track forgets the moment of the last one', () => {
    changeView({ track: 'a.mp3', moment: 12 })
    changeView({ panel: 'selection' })
    expect(getView().moment).toBe(12)
    changeView({ track: 'b.mp3' })
    expect(getView().moment).toBeNull()
  })
})
