import { render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { QueryClientProvider } from '@tanstack/react-query'
import { createQueryClient } from '@/api/queries'
import { ExplorerProvider } from '@/state/explorer'
import { changeView, DEFAULT_VIEW } from '@/state/view'
import { LIBRARY, makeModel, MODELS, serve, type Routes } from '@/testing/fakeServer'
import { TrackPage } from './TrackPage'

const hit = (name: string, distance: number) => ({ name, tag: 'jazz', distance, segment: null, occurrence: 3, hub: false, shared: null })
const NEAR = { musicnn: [hit('b/first.flac', 0.1), hit('untagged.wav', 0.2)], mert: [hit('b/first.flac', 4), hit('a/Björk.ogg', 5)] }
const HEARD = { starts: [0, 3], seconds: 3, typical: 3, tags: ['piano', 'slow'], activations: [[0.9, 0.2], [0.7, 0.1]], means: [0.8, 0.15] }
const models = { ...MODELS, models: [makeModel('musicnn', 'mtat'), makeModel('mert', '95m', { taggram_kind: 'activations' })] }

function open(track: string | null, routes: Routes = {}) {
  const shown = { ...LIBRARY, '/models': { body: models }, '/segments': { body: HEARD }, ...routes }
  serve(shown)
  const answer = globalThis.fetch
  vi.stubGlobal('fetch', (url: string) => {
    const model = url.includes('red=mert') ? 'mert' : 'musicnn'
    return url.startsWith('/neighbors') ? Promise.resolve(new Response(JSON.stringify({ data: NEAR[model] }))) : answer(url)
  })
  changeView({ ...DEFAULT_VIEW, page: 'track', track }, 'amend')
  render(
    <QueryClientProvider client={createQueryClient()}>
      <ExplorerProvider>
        <TrackPage />
      </ExplorerProvider>
    </QueryClientProvider>,
  )
}

afterEach(() => vi.unstubAllGlobals())

describe('the page of a track', () => {
  it('puts the neighbours of every model side by side and marks those that several find', async () => {
    open('b/second.flac')
    expect(await screen.findAllByTestId('model-neighbour')).toHaveLength(4)
    const [musicnn, mert] = screen.getAllByTestId('model-column')
    for (const column of [musicnn, mert]) expect(within(column).getByText('First').closest('button')).toHaveTextContent('2 of 2')
    expect(within(musicnn).getByText('untagged').closest('button')).not.toHaveTextContent(' of 2')
  })

  it('lists the tags of models that have any, with when they sound', async () => {
    open('b/second.flac')
    const tags = await screen.findByTestId('model-tags')
    expect(await within(tags).findByText('piano')).toBeInTheDocument()
    expect(tags).toHaveTextContent('musicnn, mtat · 2 segments of 3 s')
    expect(tags).toHaveTextContent('0.80')
    expect(within(tags).getByRole('img', { name: 'When it sounds like piano, slow' })).toBeInTheDocument()
  })

  it('says when a model has not heard it, and when there is no such track', async () => {
    open('b/second.flac', { '/segments': { body: { ...HEARD, starts: [], typical: null, tags: [], activations: [], means: [] } } })
    expect(await screen.findByText('This model has not heard this track.')).toBeInTheDocument()
  })

  it('while the library cannot be loaded, says so and not that the track is gone', async () => {
    open('b/second.flac', { '/tracks': { status: 400, body: { error: 'The server is closing.' } } })
    const face = await screen.findByTestId('track-page-error')
    expect(face).toHaveTextContent('The server is closing.')
    expect(within(face).getByRole('button', { name: 'Try again' })).toBeInTheDocument()
  })

  it.each([
    ['gone.mp3', /not in the library/],
    [null, /no track is picked/i],
  ])('without its track (%s) leads back to the map', async (track, text) => {
    open(track)
    expect(await screen.findByTestId('track-page-none')).toHaveTextContent(text)
  })
})
