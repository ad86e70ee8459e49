/** Everything that decides what is on screen, kept in the URL: a link restores the same view. The one module that reads or writes it. */
import { useSyncExternalStore } from 'react'
import type { Dimensions, Space } from '@/api/types'
import { DEFAULT_FIELD, isField } from '@/domain/fields'
import { formatIds, NOTHING, parseIds, type TrackIds } from '@/domain/selection'

/** What the middle of the screen shows. */
export type Page = 'map' | 'library' | 'playlists' | 'evolution' | 'duplicates'
export const PAGES: readonly Page[] = ['map', 'library', 'playlists', 'evolution', 'duplicates']

/** What the right panel shows. */
export type Panel = 'track' | 'selection' | 'path'
export const PANELS: readonly Panel[] = ['track', 'selection', 'path']

export interface View {
  page: Page
  /** null: the server's default. */
  model: string | null
  variant: string | null
  space: Space
  method: string
  dimensions: Dimensions
  /** Key of the field the points are coloured by. */
  colour: string
  /** Legend entries switched off. */
  hidden: readonly string[]
  /** Words that a track must hold not to be filtered out. */
  find: string
  /** Order of the library table: see parseSort. */
  sort: string | null
  /** Id of the playlist that is open. */
  playlist: number | null
  /** Whose years are followed, and whose beside them. */
  artist: string | null
  beside: string | null
  /** File name of the track in focus. */
  track: string | null
  /** Seconds into that track, where the neighbours of a moment are asked for instead of the whole's. */
  moment: number | null
  /** Ids of the selected tracks. */
  selection: TrackIds
  panel: Panel
  /** Ends of a path through the model's space, and how many tracks lie between. */
  from: string | null
  to: string | null
  steps: number
  /** A blend: what to sound like, and what not. */
  plus: readonly string[]
  minus: readonly string[]
  camera: Camera | null
}

export interface Camera {
  x: number
  y: number
  z: number
  zoom: number
  theta: number
  phi: number
}

export const DEFAULT_VIEW: View = {
  page: 'map',
  model: null,
  variant: null,
  space: 'embedding',
  method: 'umap',
  dimensions: 2,
  colour: DEFAULT_FIELD,
  hidden: [],
  find: '',
  sort: null,
  playlist: null,
  artist: null,
  beside: null,
  track: null,
  moment: null,
  selection: NOTHING,
  panel: 'track',
  from: null,
  to: null,
  steps: 8,
  plus: [],
  minus: [],
  camera: null,
}

const CAMERA_KEYS = ['x', 'y', 'z', 'zoom', 'theta', 'phi'] as const

function parseCamera(text: string | null): Camera | null {
  const numbers = (text ?? '').split(',').map(Number)
  if (numbers.length !== CAMERA_KEYS.length || !numbers.every(Number.isFinite) || numbers[3] <= 0) return null
  const [x, y, z, zoom, theta, phi] = numbers
  return { x, y, z, zoom, theta, phi }
}

const parseSeconds = (text: string | null): number | null => (text !== null && /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : null)

const parseId = (text: string | null): number | null => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null)

const parseField = (key: string | null): string => (isField(key) ? key : DEFAULT_FIELD)
const parseSteps = (text: string | null): number => (text !== null && /^[1-9]\d?$/.test(text) ? Number(text) : DEFAULT_VIEW.steps)

const formatCamera = (camera: Camera) => CAMERA_KEYS.map((key) => Number(camera[key].toFixed(5))).join(',')

function oneOf<T extends string>(value: string | null, choices: readonly T[], otherwise: T): T {
  return choices.find((choice) => choice === value) ?? otherwise
}

/** Unknown values fall back to the default; unknown models and methods are left to the server, which names the choices. */
export function parseView(search: string): View {
  const params = new URLSearchParams(search)
  return {
    page: oneOf(params.get('page'), PAGES, DEFAULT_VIEW.page),
    model: params.get('model'),
    variant: params.get('variant'),
    space: oneOf(params.get('space'), ['embedding', 'taggram'], DEFAULT_VIEW.space),
    method: params.get('method') ?? DEFAULT_VIEW.method,
    dimensions: params.get('dimensions') === '3' ? 3 : 2,
    colour: parseField(params.get('colour')),
    hidden: params.getAll('hide'),
    find: params.get('find') ?? DEFAULT_VIEW.find,
    sort: params.get('sort'),
    playlist: parseId(params.get('playlist')),
    artist: params.get('artist'),
    beside: params.get('beside'),
    track: params.get('track'),
    moment: parseSeconds(params.get('moment')),
    selection: parseIds(params.get('select')),
    panel: oneOf(params.get('panel'), PANELS, DEFAULT_VIEW.panel),
    from: params.get('from'),
    to: params.get('to'),
    steps: parseSteps(params.get('steps')),
    plus: params.getAll('plus'),
    minus: params.getAll('minus'),
    camera: parseCamera(params.get('camera')),
  }
}

/** Lists are written an entry at a time: parameter and field. */
const LISTS = [
  ['hide', 'hidden'],
  ['plus', 'plus'],
  ['minus', 'minus'],
] as const

/** Written under their own names. */
const SINGLE = ['page', 'model', 'variant', 'space', 'method', 'dimensions', 'colour', 'find', 'sort', 'playlist', 'artist', 'beside', 'track', 'moment', 'panel', 'from', 'to', 'steps'] as const

/** Only what differs from the default is written. */
export function formatView(view: View): string {
  const params = new URLSearchParams()
  for (const key of SINGLE) {
    if (view[key] !== null && view[key] !== DEFAULT_VIEW[key]) params.set(key, String(view[key]))
  }
  for (const [name, key] of LISTS) for (const entry of view[key]) params.append(name, entry)
  if (view.selection.length > 0) params.set('select', formatIds(view.selection))
  if (view.camera) params.set('camera', formatCamera(view.camera))
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%2F', '/')
  return text === '' ? '' : `?${text}`
}

const listeners = new Set<() => void>()
let current = parseView(window.location.search)

function announce(view: View): void {
  current = view
  for (const listener of listeners) listener()
}

window.addEventListener('popstate', () => announce(parseView(window.location.search)))

/** step: a new entry for the back button; amend: the same entry, for what changes all the time. */
export function changeView(patch: Partial<View>, how: 'step' | 'amend' = 'step'): void {
  // A moment belongs to its track.
  const moment = patch.track !== undefined && patch.track !== current.track ? null : current.moment
  const next = { ...current, moment, ...patch }
  const url = window.location.pathname + formatView(next)
  if (url !== window.location.pathname + window.location.search) {
    if (how === 'step') window.history.pushState(null, '', url)
    else window.history.replaceState(null, '', url)
  }
  announce(next)
}

export const getView = (): View => current

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useView = (): View => useSyncExternalStore(subscribe, getView)
