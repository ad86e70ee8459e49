/** Everything that decides what is on screen, kept in the URL: a link restores the same view. The one module that reads or writes it. */
import { useSyncExternalStore } from 'react'
import type { Dimensions, Space } from '@/api/types'
import { isField } from '@/domain/fields'
import { formatIds, NOTHING, parseIds, type TrackIds } from '@/domain/selection'

/** What the middle of the screen shows. */
export const PAGES = ['map', 'library', 'playlists', 'evaluation', 'evolution', 'duplicates', 'export', 'jobs', 'track'] as const
export type Page = (typeof PAGES)[number]

/** What the right panel shows. */
export type Panel = 'track' | 'selection' | 'path'
export const PANELS: readonly Panel[] = ['track', 'selection', 'path']

/** Which map is seen, and from where. */
export interface SeenMap {
  /** null: the server's default. */
  model: string | null
  variant: string | null
  space: Space
  method: string
  dimensions: Dimensions
  camera: Camera | null
}

export interface View extends SeenMap {
  page: Page
  /** A map beside the first; null: there is one only. */
  second: SeenMap | null
  /** Key of the field the points are coloured by; null: what suits the library. */
  colour: string | null
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
  /** Id of the evaluation that is open; null: the newest. */
  evaluation: string | null
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
}

export interface Camera {
  x: number
  y: number
  z: number
  zoom: number
  theta: number
  phi: number
  shiftX: number
  shiftY: number
}

const DEFAULT_MAP: SeenMap = { model: null, variant: null, space: 'embedding', method: 'umap', dimensions: 2, camera: null }

export const DEFAULT_VIEW: View = {
  ...DEFAULT_MAP,
  page: 'map',
  second: null,
  colour: null,
  hidden: [],
  find: '',
  sort: null,
  playlist: null,
  artist: null,
  beside: null,
  evaluation: null,
  track: null,
  moment: null,
  selection: NOTHING,
  panel: 'track',
  from: null,
  to: null,
  steps: 8,
  plus: [],
  minus: [],
}

const CAMERA_KEYS = ['x', 'y', 'z', 'zoom', 'theta', 'phi', 'shiftX', 'shiftY'] as const
/** Links had no shift once: their camera looks at the middle of the window. */
const N_REQUIRED = 6

function parseCamera(text: string | null): Camera | null {
  const numbers = (text ?? '').split(',').map(Number)
  if (numbers.length < N_REQUIRED || numbers.length > CAMERA_KEYS.length || !numbers.every(Number.isFinite) || numbers[3] <= 0) return null
  const [x, y, z, zoom, theta, phi, shiftX = 0, shiftY = 0] = numbers
  return { x, y, z, zoom, theta, phi, shiftX, shiftY }
}

const parseSeconds = (text: string | null): number | null => (text !== null && /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : null)

const parseId = (text: string | null): number | null => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null)

const parseField = (key: string | null): string | null => (isField(key) ? key : null)
const parseSteps = (text: string | null): number => (text !== null && /^[1-9]\d?$/.test(text) ? Number(text) : DEFAULT_VIEW.steps)

const formatCamera = (camera: Camera) => CAMERA_KEYS.map((key) => Number(camera[key].toFixed(5))).join(',')

function oneOf<T extends string>(value: string | null, choices: readonly T[], otherwise: T): T {
  return choices.find((choice) => choice === value) ?? otherwise
}

/** What stands after the parameters of the second map. */
const SECOND = '2'

/** suffix: which map's parameters to read. */
function parseMap(params: URLSearchParams, suffix = ''): SeenMap {
  const of = (name: string) => params.get(name + suffix)
  return {
    model: of('model'),
    variant: of('variant'),
    space: oneOf(of('space'), ['embedding', 'taggram'], DEFAULT_MAP.space),
    method: of('method') ?? DEFAULT_MAP.method,
    dimensions: of('dimensions') === '3' ? 3 : 2,
    camera: parseCamera(of('camera')),
  }
}

const MAP_KEYS = ['model', 'variant', 'space', 'method', 'dimensions'] as const

function writeMap(params: URLSearchParams, map: SeenMap, suffix = ''): void {
  for (const key of MAP_KEYS) if (map[key] !== DEFAULT_MAP[key]) params.set(key + suffix, String(map[key]))
  if (map.camera) params.set(`camera${suffix}`, formatCamera(map.camera))
}

/** Unknown values fall back to the default; unknown models and methods are left to the server, which names the choices. */
export function parseView(search: string): View {
  const params = new URLSearchParams(search)
  return {
    ...parseMap(params),
    page: oneOf(params.get('page'), PAGES, DEFAULT_VIEW.page),
    second: params.has(`model${SECOND}`) ? parseMap(params, SECOND) : null,
    colour: parseField(params.get('colour')),
    hidden: params.getAll('hide'),
    find: params.get('find') ?? DEFAULT_VIEW.find,
    sort: params.get('sort'),
    playlist: parseId(params.get('playlist')),
    artist: params.get('artist'),
    beside: params.get('beside'),
    evaluation: params.get('evaluation'),
    track: params.get('track'),
    moment: parseSeconds(params.get('moment')),
    selection: parseIds(params.get('select')),
    panel: oneOf(params.get('panel'), PANELS, DEFAULT_VIEW.panel),
    from: params.get('from'),
    to: params.get('to'),
    steps: parseSteps(params.get('steps')),
    plus: params.getAll('plus'),
    minus: params.getAll('minus'),
  }
}

/** Lists are written an entry at a time: parameter and field. */
const LISTS = [
  ['hide', 'hidden'],
  ['plus', 'plus'],
  ['minus', 'minus'],
] as const

/** Written under their own names. */
const SINGLE = ['page', 'colour', 'find', 'sort', 'playlist', 'evaluation', 'artist', 'beside', 'track', 'moment', 'panel', 'from', 'to', 'steps'] as const

/** Only what differs from the default is written. */
export function formatView(view: View): string {
  const params = new URLSearchParams()
  writeMap(params, view)
  if (view.second) writeMap(params, view.second, SECOND)
  for (const key of SINGLE) {
    if (view[key] !== null && view[key] !== DEFAULT_VIEW[key]) params.set(key, String(view[key]))
  }
  for (const [name, key] of LISTS) for (const entry of view[key]) params.append(name, entry)
  if (view.selection.length > 0) params.set('select', formatIds(view.selection))
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

/** Of two maps, the one on the left and the one on the right. */
export type Side = 'first' | 'second'

export const seenMap = (view: View, side: Side): SeenMap | null => (side === 'first' ? view : view.second)

/** Change one of two maps. */
export function changeMap(side: Side, patch: Partial<SeenMap>, how: 'step' | 'amend' = 'step'): void {
  if (side === 'first') changeView(patch, how)
  else if (current.second) changeView({ second: { ...current.second, ...patch } }, how)
}

export const getView = (): View => current

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useView = (): View => useSyncExternalStore(subscribe, getView)
