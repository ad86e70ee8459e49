/** Everything that decides what is on screen, kept in the URL: a link restores the same view. The one module that reads or writes it. */
import { useSyncExternalStore } from 'react'
import type { Dimensions, Space } from '@/api/types'
import { COLOUR_FIELDS, type ColourField } from '@/domain/colouring'
import { formatIds, NOTHING, parseIds, type TrackIds } from '@/domain/selection'

/** What the right panel shows. */
export type Panel = 'track' | 'selection'
export const PANELS: readonly Panel[] = ['track', 'selection']

export interface View {
  /** null: the server's default. */
  model: string | null
  variant: string | null
  space: Space
  method: string
  dimensions: Dimensions
  colour: ColourField
  /** Legend entries switched off. */
  hidden: readonly string[]
  /** File name of the track in focus. */
  track: string | null
  /** Seconds into that track, where the neighbours of a moment are asked for instead of the whole's. */
  moment: number | null
  /** Ids of the selected tracks. */
  selection: TrackIds
  panel: Panel
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
  model: null,
  variant: null,
  space: 'embedding',
  method: 'umap',
  dimensions: 2,
  colour: 'genre',
  hidden: [],
  track: null,
  moment: null,
  selection: NOTHING,
  panel: 'track',
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

const formatCamera = (camera: Camera) => CAMERA_KEYS.map((key) => Number(camera[key].toFixed(5))).join(',')

function oneOf<T extends string>(value: string | null, choices: readonly T[], otherwise: T): T {
  return choices.find((choice) => choice === value) ?? otherwise
}

/** Unknown values fall back to the default; unknown models and methods are left to the server, which names the choices. */
export function parseView(search: string): View {
  const params = new URLSearchParams(search)
  return {
    model: params.get('model'),
    variant: params.get('variant'),
    space: oneOf(params.get('space'), ['embedding', 'taggram'], DEFAULT_VIEW.space),
    method: params.get('method') ?? DEFAULT_VIEW.method,
    dimensions: params.get('dimensions') === '3' ? 3 : 2,
    colour: oneOf(params.get('colour'), COLOUR_FIELDS.map((field) => field.value), DEFAULT_VIEW.colour),
    hidden: params.getAll('hide'),
    track: params.get('track'),
    moment: parseSeconds(params.get('moment')),
    selection: parseIds(params.get('select')),
    panel: oneOf(params.get('panel'), PANELS, DEFAULT_VIEW.panel),
    camera: parseCamera(params.get('camera')),
  }
}

/** Only what differs from the default is written. */
export function formatView(view: View): string {
  const params = new URLSearchParams()
  for (const key of ['model', 'variant', 'space', 'method', 'dimensions', 'colour', 'track', 'moment', 'panel'] as const) {
    if (view[key] !== null && view[key] !== DEFAULT_VIEW[key]) params.set(key, String(view[key]))
  }
  for (const entry of view.hidden) params.append('hide', entry)
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
