/** The one door to the server; what is asked before the app is read goes through `early`. */
import type { Evolution, TrackPair, Verdict } from './analysisTypes'
import { readColumns } from './columns'
import { takeEarly } from './early'
import { mapParams, projectionUrl, toQuery } from './paths'
import type {
  Activations,
  ExportFormat,
  Clusters,
  Extraction,
  Hit,
  MapQuality,
  ModelsAnswer,
  ModelSpace,
  Moment,
  Playlist,
  PlaylistChange,
  PlaylistSummary,
  Projection,
  ProjectionQuery,
  Region,
  Segments,
  ShownNear,
  Track,
  TrackNumbers,
  Uploaded,
  UploadStatus,
  Waveform,
} from './types'

/** A request that did not work, in words a person can act on. `status` 0: the server was not reached. */
export class ApiError extends Error {
  readonly status: number
  readonly choices: string[] | null

  constructor(message: string, status: number, choices: string[] | null = null) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.choices = choices
  }
}

/** What takes long is computed beside the requests for it. progress: 0 to 1, null if unknown. */
interface ComputingAnswer {
  status: 'computing'
  progress: number | null
}

const POLL_MS = 1000
const ACCEPTED = 202

const UNREACHABLE = 'The Melodex server does not answer. Start it with `make run`, or with `flask --app backend.server run`.'

interface ErrorBody {
  error: string
  choices?: string[] | null
  request_id?: string | null
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
}

/** What broke in the server can be found in its log by the request's id. */
const withId = ({ error, request_id }: ErrorBody, status: number) => (status >= 500 && request_id ? `${error} (Request ${request_id})` : error)

/** Turn a refused answer into an ApiError. A body that is not ours comes from a proxy: the server is down. */
export async function translateError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  if (isErrorBody(body)) return new ApiError(withId(body, response.status), response.status, body.choices ?? null)
  if (response.status >= 500) return new ApiError(UNREACHABLE, 0)
  return new ApiError(`The server answered ${response.status} ${response.statusText}`.trim() + '.', response.status)
}

async function send(path: string, request: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await (takeEarly(path) ?? fetch(path, request))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(UNREACHABLE, 0)
  }
  if (!response.ok) throw await translateError(response)
  return response
}

const ask = async <T>(path: string, request: RequestInit) => (await (await send(path, request)).json()) as T

const JSON_TYPE = 'application/json'

export const getJson = <T>(path: string, signal?: AbortSignal) => ask<T>(path, { signal, headers: { Accept: JSON_TYPE } })

export const sendJson = <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
  ask<T>(path, { method, headers: { Accept: JSON_TYPE, 'Content-Type': JSON_TYPE }, body: body === undefined ? undefined : JSON.stringify(body) })

/** Has the server leave the cookie that opens the library. Rejects when it is not the token. */
export async function sendToken(token: string): Promise<void> {
  await send(`/?${toQuery({ token })}`, { headers: { Accept: JSON_TYPE } })
}

export const getModels = (signal?: AbortSignal) => getJson<ModelsAnswer>('/models', signal)

export const getTracks = async (signal?: AbortSignal) => (await getJson<{ tracks: Track[] }>('/tracks', signal)).tracks

/** Asks again until the answer is there. onProgress takes the share that is done. */
async function sendUntilReady(path: string, signal?: AbortSignal, onProgress?: (share: number) => void): Promise<Response> {
  for (;;) {
    const response = await send(path, { signal })
    if (response.status !== ACCEPTED) return response
    const { progress } = (await response.json()) as ComputingAnswer
    if (progress !== null) onProgress?.(progress)
    await pause(POLL_MS, signal)
  }
}

const getWhenReady = async <T>(path: string, signal?: AbortSignal) => (await (await sendUntilReady(path, signal)).json()) as T

export async function getProjection(query: ProjectionQuery, signal?: AbortSignal, onProgress?: (share: number) => void): Promise<Projection> {
  const answer = await sendUntilReady(projectionUrl(query), signal, onProgress)
  return readColumns(await answer.arrayBuffer(), query.dimensions)
}

/** Rejects as `fetch` does when it is aborted. */
function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    const abort = () => {
      clearTimeout(timer)
      reject(new DOMException('Aborted', 'AbortError'))
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

const spaceParams = ({ model, variant, space }: ModelSpace) => ({ red: model, dataset: variant, space: `${space}s` })

const getHits = async (path: string, signal?: AbortSignal) => (await getJson<{ data: Hit[] }>(path, signal)).data

/** The k tracks nearest to a track or to a moment of it, nearest first. */
export const getNeighbours = (space: ModelSpace, { track, seconds }: Moment, k: number, signal?: AbortSignal) =>
  getHits(`/neighbors?${toQuery({ ...spaceParams(space), track, segment: seconds, k })}`, signal)

/** Tracks on the way from one to another, both included. */
export const getPath = (space: ModelSpace, from: string, to: string, steps: number, signal?: AbortSignal) =>
  getHits(`/path?${toQuery({ ...spaceParams(space), from, to, steps })}`, signal)

/** Tracks near to some together, and away from others. */
export const getBlend = (space: ModelSpace, plus: readonly string[], minus: readonly string[], k: number, signal?: AbortSignal) =>
  getHits(`/blend?${toQuery({ ...spaceParams(space), plus, minus, k })}`, signal)

/** How many of its nearest a track has in common in two spaces: 0 to 1. */
export function getOverlap(one: ModelSpace, other: ModelSpace, signal?: AbortSignal): Promise<TrackNumbers> {
  const { red, dataset, space } = spaceParams(other)
  return getWhenReady(`/overlap?${toQuery({ ...spaceParams(one), other_red: red, other_dataset: dataset, other_space: space })}`, signal)
}

/** How far all models disagree about the neighbours of a track: 0 to 1. */
export const getDisagreement = (signal?: AbortSignal) => getWhenReady<TrackNumbers>('/disagreement', signal)

export const getMapQuality = (query: ProjectionQuery, signal?: AbortSignal) =>
  getWhenReady<MapQuality>(`/map-quality?${toQuery({ ...mapParams(query), space: `${query.space}s` })}`, signal)

export const getRegions = async (query: ProjectionQuery, signal?: AbortSignal) =>
  (await getWhenReady<{ data: Region[] }>(`/regions?${toQuery({ ...mapParams(query), space: `${query.space}s` })}`, signal)).data

export const getClusters = (query: ProjectionQuery, signal?: AbortSignal) =>
  getWhenReady<Clusters>(`/clusters?${toQuery({ ...mapParams(query), space: `${query.space}s` })}`, signal)

/** The k tracks that a map shows nearest to a track. */
export const getShownNear = async (query: ProjectionQuery, track: string, k: number, signal?: AbortSignal) =>
  (await getWhenReady<{ data: ShownNear[] }>(`/map-neighbors?${toQuery({ ...mapParams(query), space: `${query.space}s`, track, k })}`, signal)).data

/** An artist, and one beside it where that is not null, from year to year. */
export const getEvolution = ({ model, variant }: ModelSpace, artist: string, beside: string | null, signal?: AbortSignal) =>
  getJson<Evolution>(`/evolution?${toQuery({ red: model, dataset: variant, artist, with: beside })}`, signal)

export const getPairs = async (signal?: AbortSignal) => (await getJson<{ pairs: TrackPair[] }>('/duplicates', signal)).pairs

/** null takes a verdict back. */
export const judgePair = (id: number, verdict: Verdict | null) => sendJson<unknown>('PUT', `/duplicates/${id}`, { verdict })

export const getExtractions = async (signal?: AbortSignal) => (await getJson<{ extractions: Extraction[] }>('/extractions', signal)).extractions

export const getActivations = (model: string, variant: string, tag: string, signal?: AbortSignal) =>
  getJson<Activations>(`/activations?${toQuery({ red: model, dataset: variant, tag })}`, signal)

export const getSegments = ({ model, variant }: ModelSpace, track: string, signal?: AbortSignal) =>
  getJson<Segments>(`/segments?${toQuery({ red: model, dataset: variant, track })}`, signal)

export const getWaveform = (filename: string, points: number, signal?: AbortSignal) =>
  getJson<Waveform>(`/waveform/${encodePath(filename)}?points=${points}`, signal)

export const getPlaylists = async (signal?: AbortSignal) => (await getJson<{ playlists: PlaylistSummary[] }>('/playlists', signal)).playlists

export const getPlaylist = (id: number, signal?: AbortSignal) => getJson<Playlist>(`/playlists/${id}`, signal)

export const createPlaylist = (name: string, trackIds: readonly number[]) => sendJson<Playlist>('POST', '/playlists', { name, track_ids: trackIds })

export const changePlaylist = (id: number, change: PlaylistChange) => sendJson<Playlist>('PUT', `/playlists/${id}`, change)

export const deletePlaylist = (id: number) => sendJson<unknown>('DELETE', `/playlists/${id}`)

export const exportUrl = (id: number, format: ExportFormat) => `/playlists/${id}/export?format=${format}`

export const getUploadStatus = (id: number) => getJson<UploadStatus>(`/uploads/${id}`)

/** onProgress: share sent, 0 … 1. Not `fetch`, which does not tell how much has been sent. */
export function uploadFile(file: File, onProgress: (share: number) => void): Promise<Uploaded> {
  const form = new FormData()
  form.append('file', file)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.upload.addEventListener('progress', (event) => event.lengthComputable && onProgress(event.loaded / event.total))
    request.addEventListener('error', () => reject(new ApiError(UNREACHABLE, 0)))
    request.addEventListener('load', () => {
      if (request.status === 200) resolve(JSON.parse(request.responseText) as Uploaded)
      else void translateError(new Response(request.responseText, { status: request.status, statusText: request.statusText })).then(reject)
    })
    request.open('POST', '/upload')
    request.send(form)
  })
}

const encodePath = (filename: string) => filename.split('/').map(encodeURIComponent).join('/')

export const audioUrl = (filename: string) => `/audio/${encodePath(filename)}`

/** size: pixels, the longer side. */
export const coverUrl = (filename: string, size: number) => `/cover/${encodePath(filename)}?size=${size}`

/** Why the server does not give a track's sound, in its words; null if it does. */
export async function findAudioProblem(filename: string): Promise<string | null> {
  try {
    const response = await fetch(audioUrl(filename), { headers: { Range: 'bytes=0-0' } })
    if (!response.ok) return (await translateError(response)).message
    await response.body?.cancel()
    return null
  } catch {
    return UNREACHABLE
  }
}
