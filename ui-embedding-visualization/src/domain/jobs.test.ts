import { describe, expect, it } from 'vitest'
import { makeJob, makeModel } from '@/testing/fakeServer'
import { endText, formatBytes, jobTitle, outcomeText, progressText, resumeLabel, shareOf, whatToFetch, whyNotStartable } from './jobs'

const file = { url: 'https://example.org/x', sha256: null, n_bytes: null }
const absent = (n_bytes: number | null) => ({ path: 'x', files: [file], n_bytes, present: false })
const MODELS = [
  makeModel('musicnn', 'mtat', { label: 'MusiCNN', variant_label: 'MagnaTagATune' }),
  makeModel('whisper', 'base', { weights: absent(145e6) }),
  makeModel('head', 'base', { weights: { ...absent(1e6), present: true }, requires: ['whisper/base'] }),
  makeModel('mert', '95m', { weights: absent(null) }),
  makeModel('own', 'x', { weights: { ...absent(null), files: [] } }),
]

describe('a job', () => {
  it('is named by what it does, and by the models as a person knows them', () => {
    expect(jobTitle(makeJob(1), MODELS)).toBe('Listen with MusiCNN · MagnaTagATune')
    expect(jobTitle(makeJob(1, { parameters: { models: ['whisper/base'], renew: true } }), MODELS)).toBe('Analyze again with whisper · base')
    expect(jobTitle(makeJob(1, { kind: 'download', parameters: { models: ['lost/x', 'mert/95m'] } }), MODELS)).toBe('Fetch weights of lost/x and 1 more')
    expect(jobTitle(makeJob(1, { kind: 'index', parameters: {} }), MODELS)).toBe('Read the music folder')
    expect(jobTitle(makeJob(1, { kind: 'export', parameters: { models: ['whisper/base'], format: 'npy' } }), MODELS)).toBe('Export as NumPy of whisper · base')
    expect(jobTitle(makeJob(1, { kind: 'train', parameters: { music: 'library' } }), MODELS)).toBe('Train WhisperContrastive on this library')
  })

  it('says how far it is, how fast and how long yet, as far as that is known', () => {
    const job = makeJob(1, { state: 'running', done: 12, total: 96, unit: 'vectors', rate: 32.4, seconds_left: 125 })
    expect(progressText(job)).toBe('12 of 96 vectors · 32 × real time · 2 min left')
    expect(progressText({ ...job, unit: 'bytes', done: 12e6, total: 145e6, rate: null, seconds_left: null })).toBe('12 MB of 145 MB')
    expect(progressText(makeJob(1, { state: 'running' }))).toBe('')
    expect([shareOf(job), shareOf(makeJob(1))]).toEqual([0.125, null])
  })

  it('tells its end, with what came of it', () => {
    const job = makeJob(1, { state: 'done', note: '96 vectors extracted', started_at: '2026-11-24 17:36:36.322716', ended_at: '2026-11-24 17:38:36.322716' })
    expect(outcomeText(job)).toMatch(/^Done · 96 vectors extracted · Nov 24, 2026.* · took 2 min$/)
    expect(endText(job, MODELS)).toBe('Listen with MusiCNN · MagnaTagATune: done.')
    expect(endText({ ...job, n_failed: 2 }, MODELS)).toMatch(/2 things could not be/)
    expect(endText({ ...job, state: 'failed', error: 'No room.' }, MODELS)).toMatch(/failed. · No room.$/)
  })

  it('offers a way on unless it is under way or all is done', () => {
    const labels = (['queued', 'running', 'done', 'cancelled', 'interrupted', 'failed'] as const).map((state) => resumeLabel(makeJob(1, { state })))
    expect(labels).toEqual([null, null, null, 'Go on', 'Go on', 'Try again'])
    expect(resumeLabel(makeJob(1, { state: 'done', n_failed: 1 }))).toBe('Try again')
    expect(resumeLabel(makeJob(1, { kind: 'train', state: 'done', n_failed: 1 }))).toBeNull()
  })
})

describe('what has to be downloaded', () => {
  it('includes what a model listens through, each once, and says so where a size is not known', () => {
    const [musicnn, whisper, head, mert] = MODELS
    expect(whatToFetch([musicnn], MODELS)).toEqual({ toFetch: [], bytes: 0 })
    expect(whatToFetch([head, whisper], MODELS)).toEqual({ toFetch: [whisper], bytes: 145e6 })
    expect(whatToFetch([head, mert], MODELS)).toEqual({ toFetch: [whisper, mert], bytes: null })
  })

  it('cannot be what nobody publishes', () => {
    expect(MODELS.map((info) => whyNotStartable(info, MODELS) === null)).toEqual([true, true, true, true, false])
  })

  it('has a size in words', () => {
    expect([formatBytes(10), formatBytes(3.2e6), formatBytes(1.5e9)]).toEqual(['1 kB', '3 MB', '1.5 GB'])
  })
})
