import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { TrainedRun, Trainings } from '@/api/trainingTypes'
import { changeView, DEFAULT_VIEW } from '@/state/view'
import { LIBRARY, makeJob, makeTraining, MODELS, serve, TRAININGS, type Routes } from '@/testing/fakeServer'
import { App } from './App'

const RUN: TrainedRun = {
  name: 'whisper_contrastive_20261128_094500_job3',
  ended_at: '2026-11-28 09:52:00.000000',
  source: 'the library',
  whisper: 'base',
  n_tracks: 48,
  n_genres: 8,
  best_epoch: 12,
  head: { mean: 0.8, interval_95: [0.5, 0.93], n: 10 },
  raw: { mean: 0.6, interval_95: [0.3, 0.8], n: 10 },
  chance: 0.125,
  use: ['export MELODEX_MODEL_WEIGHTS=…', 'flask preprocess-all'],
  used: false,
}

function open(trainings: Partial<Trainings>, routes: Routes = {}) {
  const all: Routes = { ...LIBRARY, '/folder': { body: { n_files: 5, n_new: 0, n_changed: 0, n_gone: 0 } }, '/jobs': { body: { jobs: [], worker: true } }, '/trainings': { body: { ...TRAININGS, ...trainings } }, ...routes }
  const sent: unknown[] = []
  serve(all, sent)
  changeView({ ...DEFAULT_VIEW, page: 'jobs' }, 'amend')
  render(<App />)
  return { sent, routes: all }
}

beforeEach(() => vi.stubGlobal('EventSource', undefined))

describe('what can be trained', () => {
  it('is told with its counts, and why not where it cannot be', async () => {
    open({})
    expect(await screen.findByTestId('training-library')).toHaveTextContent('This library48 tracks · 8 genres · 16 artists')
    const jamendo = screen.getByTestId('training-jamendo')
    expect(jamendo).toHaveTextContent('MTG-Jamendo is not in data.')
    expect(within(jamendo).getByRole('radio')).toBeDisabled()
    expect(screen.getByTestId('training-none')).toBeInTheDocument()
  })

  it('starts with what was chosen, and once only', async () => {
    const { sent, routes } = open({ trainings: [makeTraining('library'), makeTraining('jamendo')] })
    await userEvent.click(within(await screen.findByTestId('training-jamendo')).getByRole('radio'))
    const epochs = screen.getByRole('spinbutton', { name: 'Epochs at most' })
    await userEvent.clear(epochs)
    expect(screen.getByTestId('start-train')).toBeDisabled()
    await userEvent.type(epochs, '20')
    await userEvent.click(screen.getByRole('checkbox', { name: 'Every genre as often' }))
    routes['/jobs'] = { body: makeJob(9, { kind: 'train', parameters: { music: 'jamendo', epochs: 20, balanced: true } }) }
    await userEvent.click(screen.getByTestId('start-train'))
    expect(await screen.findByRole('button', { name: 'Cancel: Train WhisperContrastive on MTG-Jamendo' })).toBeInTheDocument()
    expect(sent[0]).toEqual({ kind: 'train', parameters: { music: 'jamendo', epochs: 20, balanced: true } })
    expect(screen.getByTestId('start-train')).toBeDisabled()
  })

  it('needs Whisper first, whose size and licence are told before it is fetched', async () => {
    const whisper = { ...MODELS.models[2], label: 'Whisper', variant_label: 'Base', licence: 'MIT', weights: { path: 'x', files: [{ url: 'u', sha256: null, n_bytes: 145e6 }], n_bytes: 145e6, present: false } }
    const { sent, routes } = open({ trainings: [makeTraining('library', { problem: 'No weights.', missing: 'whisper/base' })] }, { '/models': { body: { ...MODELS, models: [whisper] } } })
    expect(await screen.findByTestId('training-library')).toHaveTextContent('48 tracks')
    await userEvent.click(screen.getByTestId('training-fetch'))
    expect(within(screen.getByTestId('training-work')).getByTestId('download-dialog')).toHaveTextContent('Whisper · Base145 MBMIT')
    routes['/jobs'] = { body: makeJob(9, { kind: 'download', parameters: { models: ['whisper/base'] } }) }
    await userEvent.click(within(screen.getByTestId('training-work')).getByTestId('download-agree'))
    expect(sent[0]).toEqual({ kind: 'download', parameters: { models: ['whisper/base'] } })
  })
})

describe('a finished run', () => {
  it('stands beside Whisper as it is and chance, and says how to use it', async () => {
    open({ runs: [RUN] })
    const run = await screen.findByTestId('training-run')
    expect(within(run).getByRole('img', { name: 'Trained head: 80 % (50 % to 93 %)' })).toBeInTheDocument()
    expect(within(run).getByRole('img', { name: 'Whisper base as it is: 60 % (30 % to 80 %)' })).toBeInTheDocument()
    expect(run).toHaveTextContent(/^This library.*Share of 10 test tracks.*chance, 13 %/)
    expect(run).toHaveTextContent('48 tracks of 8 genres · best after 12 epochs')
    expect(within(run).getByTestId('training-use')).toHaveTextContent('export MELODEX_MODEL_WEIGHTS=…')
  })

  it('is marked where the server hears through it', async () => {
    open({ runs: [{ ...RUN, used: true }] })
    expect(await screen.findByText('In use')).toBeInTheDocument()
    expect(screen.queryByTestId('training-use')).toBeNull()
  })
})

describe('faces of the section', () => {
  it('while loading, and when it cannot be told', async () => {
    open({}, { '/trainings': () => new Promise(() => {}) })
    expect((await screen.findByTestId('training-work')).querySelector('.skeleton')).not.toBeNull()
    cleanup()
    open({}, { '/trainings': { status: 400, body: { error: 'The database cannot be used.' } } })
    expect(await screen.findByRole('alert')).toHaveTextContent('The database cannot be used.')
    expect(screen.getByTestId('start-extract')).toBeInTheDocument()
  })
})
