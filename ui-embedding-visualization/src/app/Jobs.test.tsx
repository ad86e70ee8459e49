import { act, cleanup, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Job } from '@/api/jobTypes'
import { useNotices } from '@/state/notices'
import { changeView, DEFAULT_VIEW, getView } from '@/state/view'
import { LIBRARY, makeJob, makeModel, MODELS, serve, type Routes } from '@/testing/fakeServer'
import { App } from './App'

const FOLDER = { n_files: 5, n_new: 1, n_changed: 0, n_gone: 0 }
const answer = (jobs: Job[], worker = true) => ({ body: { jobs, worker } })
const RUNNING = makeJob(3, { state: 'running', stage: 'Listening', item: 'musicnn/mtat', done: 12, total: 96, unit: 'vectors', rate: 32, seconds_left: 125 })

/** The server's stream of events, in the hands of the test. */
class FakeStream extends EventTarget {
  static open: FakeStream[] = []

  constructor() {
    super()
    FakeStream.open.push(this)
  }

  close() {
    FakeStream.open = FakeStream.open.filter((stream) => stream !== this)
  }

  tell(jobs: Job[]) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify({ jobs }) }))
  }
}

function open(routes: Routes, page: 'jobs' | 'map' = 'jobs', sent: unknown[] = []) {
  const asked = serve(Object.assign(routes, { ...LIBRARY, '/folder': { body: FOLDER }, ...routes }), sent)
  changeView({ ...DEFAULT_VIEW, page }, 'amend')
  render(<App />)
  return asked
}

beforeEach(() => {
  FakeStream.open = []
  useNotices.setState({ notices: [] })
  vi.stubGlobal('EventSource', FakeStream)
})
afterEach(() => vi.unstubAllGlobals())

describe('faces of the page', () => {
  it('while loading, and when the server is down', async () => {
    open({ '/jobs': () => new Promise(() => {}) })
    expect(await screen.findByTestId('jobs-loading')).toBeInTheDocument()
    cleanup()
    const routes: Routes = { '/jobs': { status: 400, body: { error: 'The database cannot be used.' } } }
    open(routes)
    expect(await screen.findByTestId('jobs-error')).toHaveTextContent('The database cannot be used.')
  })

  it('before anything was done, says what is to be done', async () => {
    open({ '/jobs': answer([]) })
    expect(await screen.findByTestId('jobs-empty')).toHaveTextContent(/goes on when you close this page/)
    expect(await screen.findByText('1 file not in the library yet')).toBeInTheDocument()
    expect(screen.getByTestId('start-extract')).toBeDisabled()
    expect(FakeStream.open).toHaveLength(0)
  })

  it('with jobs that nobody runs, says how to start a worker', async () => {
    open({ '/jobs': answer([makeJob(1)], false) })
    expect(await screen.findByTestId('jobs-no-worker')).toHaveTextContent('flask --app backend.server work')
  })
})

describe('a job under way', () => {
  it('is followed as the server tells it, and its end is said and shown', async () => {
    const asked = open({ '/jobs': answer([RUNNING]) })
    expect(await screen.findByTestId('job-progress')).toHaveTextContent('12 of 96 vectors · 32 × real time · 2 min left')
    expect(screen.getByRole('progressbar', { name: /Listen with/ })).toHaveAttribute('aria-valuenow', '12')
    await waitFor(() => expect(FakeStream.open).toHaveLength(1))
    act(() => FakeStream.open[0].tell([{ ...RUNNING, done: 48 }]))
    await waitFor(() => expect(screen.getByRole('progressbar', { name: /Listen with/ })).toHaveAttribute('aria-valuenow', '50'))
    const before = asked.filter((url) => url === '/models').length
    act(() => FakeStream.open[0].tell([{ ...RUNNING, state: 'done', done: 96, ended_at: '2026-11-24 17:40:00.0' }]))
    expect(await screen.findByTestId('notice')).toHaveTextContent('Listen with musicnn · mtat: done.')
    await waitFor(() => expect(asked.filter((url) => url === '/models').length).toBeGreaterThan(before))
    expect(FakeStream.open).toHaveLength(0)
    await userEvent.click(screen.getByTestId('notice-action'))
    expect(getView()).toMatchObject({ page: 'map', model: 'musicnn', variant: 'mtat' })
  })

  it('shows in the header of every page', async () => {
    open({ '/jobs': answer([RUNNING]) }, 'map')
    expect(await screen.findByRole('button', { name: 'Jobs: 1 job under way' })).toBeInTheDocument()
    expect(screen.getByTestId('jobs-busy')).toBeInTheDocument()
  })

  it('is asked for where the server has no place for a stream', async () => {
    const routes: Routes = { '/jobs': answer([RUNNING]) }
    open(routes)
    await waitFor(() => expect(FakeStream.open).toHaveLength(1))
    act(() => void FakeStream.open[0].dispatchEvent(new Event('error')))
    routes['/jobs'] = answer([{ ...RUNNING, done: 48 }])
    await waitFor(() => expect(screen.getByRole('progressbar', { name: /Listen with/ })).toHaveAttribute('aria-valuenow', '50'), { timeout: 4000 })
  })

  it('can be cancelled, and says that it finishes what it has in hand', async () => {
    open({ '/jobs': answer([RUNNING]), '/jobs/3/cancel': { body: { ...RUNNING, cancelling: true } } })
    await userEvent.click(await screen.findByTestId('job-cancel'))
    expect(await screen.findByText('Finishing what is in hand…')).toBeInTheDocument()
    expect(screen.getByTestId('job-cancel')).toBeDisabled()
  })
})

describe('what has been done', () => {
  it('tells the reasons of what could not be, when they are asked for', async () => {
    const job = makeJob(2, { state: 'done', n_failed: 1 })
    const asked = open({ '/jobs': answer([job]), '/jobs/2': { body: { ...job, failures: [{ what: 'a.mp3', reason: 'It is empty.' }] } } })
    const failures = await screen.findByTestId('job-failures')
    expect(asked).not.toContain('/jobs/2')
    await userEvent.click(within(failures).getByText('1 could not be done'))
    expect(await screen.findByText('It is empty.')).toBeInTheDocument()
  })

  it('goes on where it stopped', async () => {
    const job = makeJob(2, { state: 'interrupted', error: 'The worker ended 3 times in a row.' })
    open({ '/jobs': answer([job]), '/jobs/2/resume': { body: { ...job, state: 'queued', error: null } } })
    await userEvent.click(await screen.findByRole('button', { name: /^Go on: Listen with/ }))
    expect(await screen.findByText('Waiting')).toBeInTheDocument()
  })
})

describe('starting', () => {
  it('says size and licence of what would be downloaded, before', async () => {
    const models = (LIBRARY['/models'] as { body: { models: object[] } }).body
    const mert = { ...models.models[1], model: 'mert', variant: '95m', label: 'MERT', variant_label: '95M', licence: 'CC BY-NC 4.0', weights: { path: 'x', files: [{ url: 'u', sha256: null, n_bytes: 377e6 }], n_bytes: 377e6, present: false } }
    const routes: Routes = { '/jobs': answer([]), '/models': { body: { ...models, models: [...models.models, mert] } } }
    open(routes)
    const row = (await screen.findAllByTestId('model-row')).find((each) => each.dataset.key === 'mert/95m') as HTMLElement
    expect(row).toHaveTextContent('To download: 377 MBCC BY-NC 4.0')
    await userEvent.click(within(row).getByRole('checkbox'))
    await userEvent.click(screen.getByTestId('start-extract'))
    expect(screen.getByTestId('download-dialog')).toHaveTextContent('MERT · 95M377 MBCC BY-NC 4.0')
    routes['/jobs'] = { body: makeJob(9, { parameters: { models: ['mert/95m'], download: true } }) }
    await userEvent.click(screen.getByTestId('download-agree'))
    expect(await screen.findByRole('button', { name: 'Cancel: Listen with MERT · 95M' })).toBeInTheDocument()
  })
})

describe('tracks that were analyzed with other weights', () => {
  const outdated = makeModel('musicnn', 'mtat', { label: 'MusiCNN', variant_label: 'MagnaTagATune', release: 'pons2019', outdated: [{ change: 'other weights (won2020)', n_tracks: 48 }] })
  const models = (info: typeof outdated) => ({ body: { ...MODELS, models: [info, ...MODELS.models.slice(1)] } })

  it('are named with their model and release, and analyzed again by a button', async () => {
    const renewal = makeJob(9, { parameters: { models: ['musicnn/mtat'], download: false, renew: true } })
    const routes: Routes = { '/jobs': answer([]), '/models': models(outdated) }
    const sent: unknown[] = []
    open(routes, 'jobs', sent)
    expect(await screen.findByTestId('renewal')).toHaveTextContent('MusiCNN · MagnaTagATune 48 tracks were analyzed with other weights (won2020). In use now: pons2019.')
    routes['/jobs'] = { body: renewal }
    await userEvent.click(screen.getByRole('button', { name: 'Renew: MusiCNN · MagnaTagATune' }))
    expect(sent).toEqual([{ kind: 'extract', parameters: { models: ['musicnn/mtat'], renew: true } }])
    expect(await screen.findByRole('button', { name: 'Under way: MusiCNN · MagnaTagATune' })).toBeDisabled()
    await waitFor(() => expect(FakeStream.open).toHaveLength(1))
    Object.assign(routes, { '/models': models({ ...outdated, outdated: [] }) })
    act(() => FakeStream.open[0].tell([{ ...renewal, state: 'done', ended_at: '2026-11-24 17:40:00.0' }]))
    expect(await screen.findByTestId('notice')).toHaveTextContent('Analyze again with MusiCNN · MagnaTagATune: done.')
    await waitFor(() => expect(screen.queryByTestId('renewal')).not.toBeInTheDocument())
  })

  it('can be renewed while the model analyzes new tracks, and nothing is said where there are none', async () => {
    const routes: Routes = { '/jobs': answer([RUNNING]), '/models': models(outdated) }
    open(routes)
    expect(await screen.findByTestId('renew')).toBeEnabled()
    cleanup()
    open({ '/jobs': answer([]) })
    expect(await screen.findAllByTestId('model-row')).toHaveLength(MODELS.models.length)
    expect(screen.queryByTestId('renewal')).not.toBeInTheDocument()
  })
})
