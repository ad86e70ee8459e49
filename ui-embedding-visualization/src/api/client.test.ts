import { afterEach, describe, expect, it, vi } from 'vitest'
import { serve } from '@/testing/fakeServer'
import { audioUrl, coverUrl, findAudioProblem, getModels, getProjection } from './client'
import type { ApiError } from './client'
import { askEarly } from './early'
import { projectionUrl } from './paths'

const QUERY = { model: 'musicnn', variant: 'mtat', space: 'taggram', method: 'umap', dimensions: 2 } as const
const failure = async (promise: Promise<unknown>) => (await promise.catch((error: unknown) => error)) as ApiError

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('maps', () => {
  it('asks in the public API’s own words', async () => {
    const asked = serve({ '/taggrams': { body: { data: [] } } })
    await getProjection(QUERY)
    expect(asked).toEqual(['/taggrams.arrow?red=musicnn&dataset=mtat&metodo=umap&dimensions=2'])
  })

  it('packs coordinates three by three, flat maps at depth 0', async () => {
    serve({ '/taggrams': { body: { data: [{ name: 'a', tag: 'x', coords: [1, 2] }, { name: 'b', tag: 'y', coords: [3, 4] }], note: 'n' } } })
    const projection = await getProjection(QUERY)
    expect([...projection.coordinates]).toEqual([1, 2, 0, 3, 4, 0])
    expect(projection).toMatchObject({ count: 2, tags: ['x', 'y'], note: 'n', dimensions: 2 })
    expect(projection.names()).toEqual(['a', 'b'])
    expect([...projection.tagOf]).toEqual([0, 1])
  })
})

describe('names in columns', () => {
  it('come whole, in any script', async () => {
    const names = ['\ufeffmarked.mp3', 'Björk/Jóga.ogg', '', '久石譲.flac', '🎵 two 🎶.wav', 'plain.mp3']
    serve({ '/taggrams': { body: { data: names.map((name) => ({ name, tag: 'x', coords: [0, 0] })) } } })
    expect((await getProjection(QUERY)).names()).toEqual(names)
  })
})

describe('what broke in the server', () => {
  it('is told with the id that its log has', async () => {
    const body = { error: 'Something broke.', request_id: '0123456789abcdef' }
    serve({ '/models': { status: 500, body } })
    expect((await failure(getModels())).message).toBe('Something broke. (Request 0123456789abcdef)')
    serve({ '/models': { status: 400, body } })
    expect((await failure(getModels())).message).toBe('Something broke.')
  })
})

describe('maps that are being drawn', () => {
  const computing = (progress: number) => ({ status: 202, body: { status: 'computing', name: 'x', progress } })

  it('are asked for until they are there, with progress', async () => {
    vi.useFakeTimers()
    const answers = [computing(0), computing(0.5), { body: { data: [], stale: true } }]
    const asked = serve({ '/taggrams': () => Promise.resolve(answers.shift() ?? computing(1)) })
    const shares: number[] = []
    const projection = getProjection(QUERY, undefined, (share) => shares.push(share))
    await vi.advanceTimersByTimeAsync(3000)
    expect(await projection).toMatchObject({ count: 0, tags: [], stale: true })
    expect([shares, asked.length]).toEqual([[0, 0.5], 3])
  })

  it('that were asked for before the app was read are not asked for again', async () => {
    const asked = serve({ '/taggrams': { body: { data: [{ name: 'a', tag: 'x', coords: [1, 2] }] } } })
    askEarly(projectionUrl(QUERY))
    expect((await getProjection(QUERY)).count).toBe(1)
    expect(asked).toHaveLength(1)
    expect((await getProjection(QUERY)).count).toBe(1)
    expect(asked).toHaveLength(2)
  })

  it('that could not be asked for early tell it to whoever asks', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')))
    askEarly(projectionUrl(QUERY))
    expect((await failure(getProjection(QUERY))).status).toBe(0)
  })

  it('are not asked for any more once nobody wants them', async () => {
    vi.useFakeTimers()
    const asked = serve({ '/taggrams': () => Promise.resolve(computing(0)) })
    const unwanted = new AbortController()
    const failed = failure(getProjection(QUERY, unwanted.signal))
    await vi.advanceTimersByTimeAsync(500)
    unwanted.abort()
    expect((await failed).name).toBe('AbortError')
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toHaveLength(1)
  })

  it('tell why they cannot be drawn', async () => {
    vi.useFakeTimers()
    const answers = [computing(0), { status: 400, body: { success: false, error: 'Broken rows.', choices: null } }]
    serve({ '/taggrams': () => Promise.resolve(answers.shift() ?? computing(1)) })
    const failed = failure(getProjection(QUERY))
    await vi.advanceTimersByTimeAsync(2000)
    expect(await failed).toMatchObject({ message: 'Broken rows.', status: 400 })
  })
})

describe('errors', () => {
  it('keep the server’s sentence and choices', async () => {
    serve({ '/taggrams': { status: 400, body: { success: false, error: 'Unknown method.', choices: ['umap', 'pca'] } } })
    expect(await failure(getProjection(QUERY))).toMatchObject({ message: 'Unknown method.', status: 400, choices: ['umap', 'pca'] })
  })

  it('say how to start a server that is not there', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    expect((await failure(getModels())).message).toMatch(/make run/)
  })

  it('see through a proxy whose server is down', async () => {
    serve({ '/models': { status: 500, body: 'ECONNREFUSED' } })
    expect(await failure(getModels())).toMatchObject({ status: 0 })
  })

  it('name a status without a body', async () => {
    serve({ '/models': { status: 404, body: '<html>' } })
    expect((await failure(getModels())).message).toMatch(/404/)
  })
})

describe('audio and covers', () => {
  it('encode each part of a path', () => {
    expect(audioUrl('AC#DC/100% live?.mp3')).toBe('/audio/AC%23DC/100%25%20live%3F.mp3')
    expect(coverUrl('a b.mp3', 96)).toBe('/cover/a%20b.mp3?size=96')
  })

  it('tell a missing file from one the browser cannot play', async () => {
    serve({ '/audio/gone.mp3': { status: 404, body: { error: 'The file is gone.' } }, '/audio/odd.aiff': { body: 'bytes' } })
    expect(await findAudioProblem('gone.mp3')).toBe('The file is gone.')
    expect(await findAudioProblem('odd.aiff')).toBeNull()
  })
})
