import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { changeView, DEFAULT_VIEW } from '@/state/view'
import { LIBRARY, makeJob, serve, type Routes } from '@/testing/fakeServer'
import { App } from './App'

const track = (id: number, filename: string) => ({ track_id: id, filename, title: null, artist: 'Ann', album: null, year: 1990, duration: 61, file_size: 2_500_000 })
const PAIR = { id: 7, kind: 'same', verdict: null, closeness: 0.1, bit_error_rate: 0.04, offset_seconds: 3.2, tracks: [track(1, 'a.flac'), track(2, 'b.mp3')] }

function open(routes: Routes) {
  const asked = serve({ ...LIBRARY, ...routes })
  changeView({ ...DEFAULT_VIEW, page: 'duplicates' }, 'amend')
  render(<App />)
  return asked
}

/** jsdom lays nothing out, and a list draws only what is in sight. */
beforeAll(() => {
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(200)
})
afterEach(() => vi.unstubAllGlobals())

describe('the page of duplicates', () => {
  it('says why two tracks are a pair, and keeps a verdict', async () => {
    const asked = open({ '/duplicates': { body: { pairs: [PAIR] } }, '/duplicates/7': { body: {} } })
    const pair = within(await screen.findByTestId('pair'))
    expect(pair.getByText(/agrees in 96 % of its fingerprint, the second from 3.2 s/)).toBeVisible()
    expect(pair.getAllByTestId('pair-play')).toHaveLength(2)
    await userEvent.click(pair.getByTestId('pair-duplicate'))
    expect(pair.getByTestId('pair-duplicate')).toHaveAttribute('aria-pressed', 'true')
    await waitFor(() => expect(asked).toContain('/duplicates/7'))
    expect(screen.getByTestId('duplicates')).toHaveTextContent('The only pair is decided')
  })

  it('takes a verdict back that the server refuses, and says so', async () => {
    open({ '/duplicates': { body: { pairs: [PAIR] } }, '/duplicates/7': { status: 503, body: { error: 'The disk is full.' } } })
    await userEvent.click(await screen.findByTestId('pair-different'))
    expect(await screen.findByTestId('notice')).toHaveTextContent('The disk is full')
    expect(screen.getByTestId('pair-different')).toHaveAttribute('aria-pressed', 'false')
  })

  it('names the command where nothing was found, and what went wrong', async () => {
    open({ '/duplicates': { body: { pairs: [] } } })
    expect(await screen.findByTestId('duplicates-none')).toHaveTextContent('find-duplicates')
  })

  it('starts a search by the models that have heard something, once', async () => {
    const asked = open({ '/duplicates': { body: { pairs: [] } }, '/jobs': { body: { jobs: [makeJob(1, { kind: 'duplicates', state: 'running', done: 3, total: 9, unit: 'pairs' })], worker: true } } })
    expect(await screen.findByTestId('job-progress')).toHaveTextContent('3 of 9 pairs')
    expect(screen.getByTestId('start-duplicates')).toBeDisabled()
    expect(asked.filter((path) => path === '/jobs').length).toBeGreaterThan(0)
  })

  it('draws of many pairs only those in sight', async () => {
    const pairs = Array.from({ length: 3000 }, (_, i) => ({ ...PAIR, id: i + 1 }))
    open({ '/duplicates': { body: { pairs } } })
    expect((await screen.findAllByTestId('pair')).length).toBeLessThan(40)
    expect(screen.getByTestId('duplicates')).toHaveTextContent('3,000 pairs to decide')
  })

  it('has a face for an error', async () => {
    open({ '/duplicates': { status: 400, body: { error: 'No such table.' } } })
    expect(await screen.findByTestId('duplicates-error')).toHaveTextContent('No such table')
  })
})
