/** A server in memory: answers `fetch` with the JSON the real one would give. */
import { dictionary, float32, tableFromArrays, tableToIPC, utf8 } from '@uwdata/flechette'
import { vi } from 'vitest'
import type { Job } from '@/api/jobTypes'
import type { Training, Trainings } from '@/api/trainingTypes'
import type { ModelInfo, ModelsAnswer, Track } from '@/api/types'

export const makeTrack = (filename: string, facts: Partial<Track> = {}): Track => ({
  id: 1,
  filename,
  title: null,
  artist: null,
  album: null,
  year: null,
  genre: 'Unknown',
  genres: [],
  track_number: null,
  duration: 10,
  tempo: null,
  spectral_centroid: null,
  has_cover: false,
  status: 'ok',
  error: null,
  predicted_genre: null,
  confidence: null,
  ...facts,
})

export const makeModel = (model: string, variant: string, facts: Partial<ModelInfo> = {}): ModelInfo => ({
  model,
  variant,
  label: model,
  variant_label: variant,
  release: null,
  releases: [],
  sample_rate: 16000,
  segment_seconds: 3,
  embedding_dim: 200,
  taggram_dim: 50,
  taggram_kind: 'tags',
  taggram_label: '50 tags',
  tag_names: [],
  licence: null,
  paper: null,
  weights: null,
  requires: [],
  runnable: true,
  n_extracted: 4,
  n_failed: 0,
  pipelines: [],
  outdated: [],
  ...facts,
})

const LISTED: Track[] = [
  makeTrack('b/second.flac', { title: 'Second', artist: 'Ann', album: 'One', track_number: 2, genre: 'jazz', year: 1990 }),
  makeTrack('b/first.flac', { title: 'First', artist: 'Ann', album: 'One', track_number: 1, genre: 'jazz', year: 1995 }),
  makeTrack('a/Björk.ogg', { title: 'Jóga', artist: 'Björk', album: 'Homogenic', genre: 'rock', year: 1997 }),
  makeTrack('untagged.wav'),
]
export const TRACKS: Track[] = LISTED.map((track, i) => ({ ...track, id: i + 1 }))

export const makeJob = (id: number, facts: Partial<Job> = {}): Job => ({
  id,
  kind: 'extract',
  parameters: { models: ['musicnn/mtat'], download: false },
  state: 'queued',
  cancelling: false,
  error: null,
  created_at: '2026-11-24 17:36:35.351018',
  started_at: null,
  ended_at: null,
  stage: 'Waiting',
  item: '',
  done: 0,
  total: 0,
  unit: '',
  rate: null,
  seconds_left: null,
  n_failed: 0,
  note: null,
  ...facts,
})

export const MODELS: ModelsAnswer = {
  models: [
    makeModel('musicnn', 'mtat'),
    makeModel('musicnn', 'msd', { n_extracted: 0, weights: { path: 'x', files: [], n_bytes: 1, present: false } }),
    makeModel('whisper', 'base', { n_extracted: 0, weights: { path: 'x', files: [], n_bytes: 1, present: false } }),
  ],
  projections: [
    { name: 'umap', label: 'UMAP' },
    { name: 'pca', label: 'PCA' },
  ],
  dimensions: [2, 3],
  default: { model: 'musicnn', variant: 'mtat' },
  n_tracks: 4,
}

export const makeTraining = (name: Training['name'], facts: Partial<Training> = {}): Training => ({
  name,
  label: name === 'library' ? 'This library' : 'MTG-Jamendo',
  n_tracks: 48,
  n_genres: 8,
  n_artists: 16,
  problem: null,
  missing: null,
  ...facts,
})

export const TRAININGS: Trainings = {
  whisper: 'whisper/base',
  epochs: 50,
  balanced: false,
  trainings: [makeTraining('library'), makeTraining('jamendo', { n_tracks: 0, n_genres: 0, n_artists: 0, problem: 'MTG-Jamendo is not in data.' })],
  runs: [],
}

interface Answer {
  status?: number
  body: unknown
}

export type Routes = Record<string, Answer | (() => Promise<Answer>)>

const points = { name: 'x', note: null, data: TRACKS.map(({ filename, genre }, i) => ({ audio: '', name: filename, tag: genre, coords: [i, i % 2] })) }

export const LIBRARY: Routes = {
  '/models': { body: MODELS },
  '/tracks': { body: { tracks: TRACKS } },
  '/embeddings': { body: points },
  '/trainings': { body: TRAININGS },
}

interface MapBody {
  data: { name: string; tag: string; coords: number[] }[]
  note?: string | null
  stale?: boolean
}

/** Routes tell maps as the public JSON does; the app asks for them in columns. */
function writeColumns({ data, note = null, stale = false }: MapBody): Uint8Array<ArrayBuffer> {
  const axes = Array.from({ length: data[0]?.coords.length ?? 2 }, (_, axis) => ['xyz'[axis], data.map((point) => point.coords[axis])] as const)
  const columns = { name: data.map((point) => point.name), tag: data.map((point) => point.tag), ...Object.fromEntries(axes) }
  const types = { name: utf8(), tag: dictionary(utf8()), x: float32(), y: float32(), z: float32() }
  const table = tableFromArrays(columns, { types })
  const metadata = new Map([['note', JSON.stringify(note)], ['stale', JSON.stringify(stale)]])
  Object.assign(table.schema, { metadata })
  return tableToIPC(table, { format: 'stream' }) as Uint8Array<ArrayBuffer>
}

const isMap = (url: string, body: unknown): body is MapBody => url.includes('.arrow') && typeof body === 'object' && body !== null && 'data' in body

/** Answers by path, that of a map without its `.arrow`; returns the addresses that were asked for. sent: takes what was sent, as
 * JSON. */
export function serve(routes: Routes, sent: unknown[] = []): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string, { body: own }: { body?: unknown } = {}) => {
    asked.push(url)
    if (typeof own === 'string') sent.push(JSON.parse(own))
    const route = routes[url.split('?')[0].replace('.arrow', '')]
    if (!route) return new Response('{}', { status: 404 })
    const { status = 200, body } = typeof route === 'function' ? await route() : route
    if (isMap(url, body)) return new Response(writeColumns(body), { status })
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  })
  return asked
}
