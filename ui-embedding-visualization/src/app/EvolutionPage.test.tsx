import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { changeView, DEFAULT_VIEW, getView } from '@/state/view'
import { LIBRARY, makeTrack, serve, type Routes } from '@/testing/fakeServer'
import { App } from './App'

const ANSWER = {
  model: 'musicnn/mtat',
  typical_distance: 0.9,
  groups: [
    {
      name: 'Ann', n_tracks: 2, notes: ['Years with a single track say nothing.'], spread: 0.2, net: 0.3,
      drift: { mean: 0.06, interval_95: [0.01, 0.09], n: 2 },
      test: { observed: 0.16, chance: 0.2, p_value: 0.6 },
      years: [
        { year: 1990, n_tracks: 1, spread: null, tracks: ['b/second.flac'] },
        { year: 1995, n_tracks: 1, spread: null, tracks: ['b/first.flac'] },
      ],
      steps: [{ start: 1990, end: 1995, distance: 0.3, per_year: { mean: 0.06, interval_95: [0.01, 0.09], n: 2 } }],
      moves: [{ filename: 'b/first.flac', title: 'First', year: 1995, distance: 0.3 }],
    },
  ],
}

function open(routes: Routes, artist: string | null = 'Ann') {
  const asked = serve({ ...LIBRARY, ...routes })
  changeView({ ...DEFAULT_VIEW, page: 'evolution', artist }, 'amend')
  render(<App />)
  return asked
}

afterEach(() => vi.unstubAllGlobals())

describe('the page of evolution', () => {
  it('invites to choose an artist and follows the one chosen', async () => {
    const asked = open({ '/evolution': { body: ANSWER } }, null)
    expect(await screen.findByTestId('evolution-invitation')).toBeVisible()
    await userEvent.selectOptions(screen.getByTestId('evolution-artist'), 'Ann')
    expect(await screen.findByTestId('evolution-facts')).toHaveTextContent('16 % of the variance, shuffled 20 % (p = 0.600)')
    expect(asked.find((url) => url.startsWith('/evolution'))).toContain('artist=Ann')
    expect(await screen.findAllByTestId('evolution-year')).toHaveLength(2)
    expect(screen.getAllByTestId('evolution-bar')).toHaveLength(1)
  })

  it('tells what the server refuses and leads back', async () => {
    open({ '/evolution': { status: 400, body: { error: "Unknown artist 'Ann': choose one of Anne.", choices: ['Anne'] } } })
    expect(await screen.findByTestId('evolution-error')).toHaveTextContent('choose one of Anne')
    await userEvent.click(screen.getByRole('button', { name: 'Choose another' }))
    expect(getView().artist).toBeNull()
  })

  it('says how to date a library without years', async () => {
    open({ '/tracks': { body: { tracks: [makeTrack('a.wav', { artist: 'Ann' })] } } })
    expect(await screen.findByTestId('evolution-none')).toHaveTextContent('year in their tags')
  })
})
