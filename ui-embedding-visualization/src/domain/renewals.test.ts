import { describe, expect, it } from 'vitest'
import { makeJob, makeModel } from '@/testing/fakeServer'
import { isRenewalOf, outdatedText } from './renewals'

const won = { change: 'other weights (won2020)', n_tracks: 1200 }

describe('outdated tracks', () => {
  it('are counted by what has changed, with the release in use where there are several', () => {
    expect(outdatedText(makeModel('musicnn', 'mtat', { outdated: [won], release: 'pons2019' }))).toBe('1,200 tracks were analyzed with other weights (won2020). In use now: pons2019.')
    expect(outdatedText(makeModel('vgg', 'msd', { outdated: [{ ...won, n_tracks: 1 }, { change: 'unknown weights', n_tracks: 3 }] }))).toBe(
      '1 track was analyzed with other weights (won2020), 3 with unknown weights.',
    )
  })

  it('are renewed by a job of their own model only', () => {
    const renewal = makeJob(1, { parameters: { models: ['vgg/msd', 'musicnn/mtat'], renew: true } })
    const info = makeModel('musicnn', 'mtat')
    expect([isRenewalOf(info, renewal), isRenewalOf(makeModel('vgg', 'mtat'), renewal)]).toEqual([true, false])
    expect([isRenewalOf(info, makeJob(1)), isRenewalOf(info, { ...renewal, kind: 'download' })]).toEqual([false, false])
  })
})
