import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { usePlayer } from '@/state/player'
import { closeDraft } from '@/state/playlistDraft'
import { changeView, DEFAULT_VIEW, getView } from '@/state/view'
import { LIBRARY, MODELS, serve, type Routes } from '@/testing/fakeServer'
import { App } from './App'

const DOWN = { status: 500, body: 'proxy' }

function open(routes: Routes, view: Partial<typeof DEFAULT_VIEW> = {}) {
  const asked = serve(routes)
  changeView({ ...DEFAULT_VIEW, ...view }, 'amend')
  render(<App />)
  return asked
}

beforeEach(() => {
  usePlayer.setState(usePlayer.getInitialState())
  closeDraft()
})
afterEach(() => vi.unstubAllGlobals())

describe('faces', () => {
  it('while loading, says so', () => {
    open({ ...LIBRARY, '/models': () => new Promise(() => {}) })
    expect(screen.getByTestId('map-loading')).toHaveTextContent(/placing your music/i)
    expect(screen.getByLabelText('Loading the models')).toBeInTheDocument()
  })

  it('while the server draws the first map, says how far it is', async () => {
    const routes: Routes = { ...LIBRARY, '/embeddings': { status: 202, body: { status: 'computing', progress: 0.4 } } }
    open(routes)
    await waitFor(() => expect(screen.getByTestId('map-loading')).toHaveTextContent('Drawing the map… 40 %'))
    routes['/embeddings'] = LIBRARY['/embeddings']
    expect(await screen.findByTestId('map', {}, { timeout: 4000 })).toHaveAttribute('data-points', '4')
  })

  it('a stale map is shown, said to be one, and replaced', async () => {
    const fresh = LIBRARY['/embeddings'] as { body: object }
    const routes: Routes = { ...LIBRARY, '/embeddings': { body: { ...fresh.body, stale: true } } }
    open(routes)
    expect(await screen.findByTestId('map-note')).toHaveTextContent('an older map while the new one is drawn')
    routes['/embeddings'] = fresh
    await waitFor(() => expect(screen.getByTestId('map-note')).not.toHaveTextContent('older map'), { timeout: 5000 })
  })

  it('an empty library invites, and leads to where its folder is read', async () => {
    open({ '/models': { body: { ...MODELS, n_tracks: 0 } }, '/tracks': { body: { tracks: [] } }, '/embeddings': { body: { data: [] } } })
    expect(await screen.findByTestId('map-empty')).toHaveTextContent(/audio\/.*make-demo-library/)
    await userEvent.click(screen.getByRole('button', { name: 'Read the music folder' }))
    expect(window.location.search).toContain('page=jobs')
  })

  it('a model that has heard nothing names the command', async () => {
    open({ ...LIBRARY, '/embeddings': { body: { data: [] } } }, { model: 'musicnn', variant: 'msd' })
    expect(await screen.findByTestId('map-empty')).toHaveTextContent('preprocess-all --models musicnn/msd')
  })

  it('a wrong link names the choices and leads home', async () => {
    const refusal = { status: 400, body: { error: 'Unknown model.', choices: ['musicnn', 'whisper'] } }
    const routes: Routes = { ...LIBRARY, '/embeddings': refusal }
    open(routes, { model: 'nonsense', variant: 'x' })
    const face = await screen.findByTestId('map-error')
    expect(face).toHaveTextContent('Unknown model. Possible: musicnn, whisper'.replace('. P', '.P'))
    routes['/embeddings'] = LIBRARY['/embeddings']
    await userEvent.click(within(face).getByRole('button'))
    expect(await screen.findByTestId('map')).toHaveAttribute('data-points', '4')
  })

  it('a server that is down can be asked again', async () => {
    const routes: Routes = { ...LIBRARY, '/tracks': DOWN }
    open(routes)
    const face = await screen.findByTestId('map-error', {}, { timeout: 4000 })
    expect(face).toHaveTextContent(/does not answer/)
    routes['/tracks'] = LIBRARY['/tracks']
    await userEvent.click(within(face).getByRole('button', { name: 'Try again' }))
    expect(await screen.findByTestId('map')).toBeInTheDocument()
  })
})

describe('the explorer', () => {
  it('shows the library where the browser cannot draw', async () => {
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null)
    open(LIBRARY)
    expect(await screen.findByTestId('library-table')).toHaveAttribute('aria-rowcount', '5')
    vi.restoreAllMocks()
  })

  it('lists, filters and sorts the library, the same as on the map', async () => {
    open(LIBRARY, { page: 'library' })
    await userEvent.type(await screen.findByTestId('library-filter'), 'ann')
    expect(await screen.findByText(/2 of 4 tracks/)).toBeInTheDocument()
    await userEvent.click(screen.getByTestId('sort-year'))
    expect(getView()).toMatchObject({ find: 'ann', sort: 'year' })
    await userEvent.click(screen.getByTestId('select-all'))
    expect(screen.getByTestId('panel-selection')).toHaveTextContent('Selection')
  })

  it('says why a track is near, and saves it with its neighbours as a playlist', async () => {
    const hit = { name: 'b/first.flac', tag: 'jazz', distance: 0.1, segment: null, occurrence: 40, hub: true, shared: { tags: ['piano'], genre: 'jazz', artist: 'Ann', album: null, year: null } }
    const saved = { id: 5, name: 'Near', n_tracks: 2, duration: 20, tracks: [] }
    const asked = open({ ...LIBRARY, '/neighbors': { body: { data: [hit] } }, '/playlists': { body: { ...saved, playlists: [] } } }, { track: 'b/second.flac' })
    const row = await screen.findByTestId('neighbour')
    expect(row).toHaveTextContent('FirstAnn · same artist · piano · jazz0.100')
    expect(within(row).getByRole('img', { name: /hub.*40 tracks/i })).toBeInTheDocument()
    await userEvent.click(screen.getByTestId('neighbours-to-playlist'))
    expect(screen.getByRole('dialog', { name: 'Save 2 tracks' })).toBeInTheDocument()
    await userEvent.type(screen.getByTestId('save-playlist-name'), 'Near{Enter}')
    expect(await screen.findByTestId('notice')).toHaveTextContent('Saved in “Near”.')
    expect(asked.filter((url) => url === '/playlists').length).toBeGreaterThan(1)
  })

  it('draws every track and writes the whole view into the URL', async () => {
    open(LIBRARY)
    expect(await screen.findByTestId('map')).toHaveAttribute('data-points', '4')
    expect(window.location.search).toBe('?model=musicnn&variant=mtat')
  })

  it('shows models that cannot be chosen, and why', async () => {
    open(LIBRARY)
    const model = await screen.findByTestId('select-model')
    expect(within(model).getByRole('option', { name: 'whisper — weights missing' })).toBeDisabled()
  })

  it('asks for another map when the method changes', async () => {
    const asked = open(LIBRARY)
    await userEvent.click(await screen.findByTestId('method-pca'))
    await waitFor(() => expect(asked.some((url) => url.includes('metodo=pca'))).toBe(true))
  })

  it('hides a genre by a click and shows it alone by a double click', async () => {
    open(LIBRARY)
    const entry = async (key: string) => (await screen.findAllByTestId('legend-item')).find((item) => item.dataset.key === key) as HTMLElement
    await userEvent.click(await entry('rock'))
    expect(getView().hidden).toEqual(['rock'])
    expect(screen.getByTestId('map-note')).toHaveTextContent('3 of 4 tracks')
    await userEvent.dblClick(await entry('jazz'))
    expect([...getView().hidden].sort()).toEqual(['Unknown', 'rock'])
  })

  it('finds a track by key, selects it and plays it', async () => {
    open(LIBRARY)
    await screen.findByTestId('map')
    await userEvent.keyboard('/joga{Enter}')
    expect(screen.getByTestId('track-title')).toHaveTextContent('Jóga')
    expect(usePlayer.getState()).toMatchObject({ track: 'a/Björk.ogg', status: 'loading' })
  })

  it('says when nothing is found', async () => {
    open(LIBRARY)
    await userEvent.type(await screen.findByTestId('search-input'), 'zzz')
    expect(await screen.findByText(/nothing matches “zzz”/i)).toBeInTheDocument()
  })

  it('plays on in shelf order among the visible tracks', async () => {
    open(LIBRARY, { track: 'b/second.flac', hidden: ['rock'] })
    await screen.findByTestId('map')
    await userEvent.click(screen.getByTestId('next-button'))
    expect(usePlayer.getState().track).toBe('untagged.wav')
  })

  it('says when the browser cannot play a file', async () => {
    open({ ...LIBRARY, '/audio/untagged.wav': { body: 'noise' } }, { track: 'untagged.wav' })
    await screen.findByTestId('map')
    await waitFor(() => expect(usePlayer.getState().track).toBe('untagged.wav'))
    document.querySelector('audio')?.dispatchEvent(new Event('error'))
    expect(await screen.findByTestId('player-error')).toHaveTextContent('Your browser cannot play this file (.wav).')
  })

  it('opens the help by key', async () => {
    open(LIBRARY)
    await userEvent.keyboard('?')
    expect(screen.getByRole('dialog', { name: 'What am I seeing?' })).toHaveTextContent(/axes have no meaning/)
  })

  it('opens another map as soon as the models are known, however early its key was pressed', async () => {
    let answer: (models: { body: unknown }) => void = () => {}
    open({ ...LIBRARY, '/models': () => new Promise((resolve) => (answer = resolve)) }, { model: 'musicnn', variant: 'mtat' })
    await screen.findByTestId('map')
    await userEvent.keyboard('c')
    expect(getView().second).toBeNull()
    answer({ body: MODELS })
    expect(await screen.findByTestId('second-map')).toBeInTheDocument()
    expect(getView().second).toEqual({ model: 'musicnn', variant: 'mtat', space: 'embedding', method: 'pca', dimensions: 2, camera: null })
  })

  it('opens another map beside the first by key, chooses and closes it', async () => {
    const asked = open({ ...LIBRARY, '/taggrams': LIBRARY['/embeddings'] })
    await screen.findByTestId('map')
    await userEvent.keyboard('c')
    expect(await screen.findByTestId('second-map')).toHaveAttribute('data-points', '4')
    expect(getView().second).toMatchObject({ model: 'musicnn', method: 'pca' })
    await userEvent.click(screen.getByTestId('dimensions-3'))
    expect([getView().dimensions, getView().second?.dimensions]).toEqual([2, 3])
    await userEvent.click(screen.getByTestId('side-first'))
    await userEvent.click(screen.getByTestId('space-taggram'))
    expect([getView().space, getView().second?.space]).toEqual(['taggram', 'embedding'])
    await userEvent.selectOptions(screen.getByTestId('colour-by'), 'overlap')
    await waitFor(() => expect(asked.some((url) => url.startsWith('/overlap?red=musicnn&dataset=mtat&space=taggrams&other_red=musicnn'))).toBe(true))
    await userEvent.click(screen.getByTestId('second-map-close'))
    expect(screen.queryByTestId('second-map')).not.toBeInTheDocument()
    expect(getView()).toMatchObject({ second: null, colour: null })
  })
})
