import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { changeView, DEFAULT_VIEW } from '@/state/view'
import { LIBRARY, makeJob, serve } from '@/testing/fakeServer'
import { App } from './App'

const NONE = { ...LIBRARY, '/evaluations': { body: { evaluations: [] } } }

function open(jobs: ReturnType<typeof makeJob>[]) {
  const asked = serve({ ...NONE, '/jobs': { body: { jobs, worker: true } } })
  changeView({ ...DEFAULT_VIEW, page: 'evaluation' }, 'amend')
  render(<App />)
  return asked
}

afterEach(() => vi.unstubAllGlobals())

describe('the page of evaluations, before there is one', () => {
  it('invites to begin one in the app or from a terminal, by what is chosen', async () => {
    const asked = open([])
    expect(await screen.findByTestId('evaluation-none')).toHaveTextContent('flask --app backend.server evaluate')
    await userEvent.selectOptions(screen.getByTestId('evaluate-labels'), 'artist')
    const before = asked.filter((path) => path === '/jobs').length
    await userEvent.click(screen.getByTestId('start-evaluate'))
    await waitFor(() => expect(asked.filter((path) => path === '/jobs').length).toBeGreaterThan(before))
  })

  it('says how far it is, and begins no second one', async () => {
    open([makeJob(1, { kind: 'evaluate', state: 'running', done: 2, total: 6, unit: 'models and maps' })])
    expect(await screen.findByTestId('job-progress')).toHaveTextContent('2 of 6 models and maps')
    expect(screen.getByTestId('start-evaluate')).toBeDisabled()
  })
})
