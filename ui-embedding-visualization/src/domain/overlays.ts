/** Colours of doubt: how far a map, or a model, can be trusted about each track. The numbers come from the server. */
import type { MapMeasure, MapQuality, TrackNumbers } from '@/api/types'

interface Overlay {
  label: string
  /** What is judged: the two maps on screen, all models, or one map. */
  of: 'two maps' | 'models' | 'map'
  /** Ends of the scale; values beyond them have the colour of the end. */
  range: readonly [number, number]
  /** What the colours mean, in a sentence or two. */
  explanation: string
}

const SHARES = [0, 1] as const
/** Of measures that chance puts at a half. */
const ABOVE_CHANCE = [0.5, 1] as const

const overlay = (label: string, of: Overlay['of'], range: Overlay['range'], explanation: string): Overlay => ({ label, of, range, explanation })

const IN_COMMON = 'Of the ten nearest tracks in either model, the share that both have. 100 %: the two maps mean the same by “near” here.'
const DISAGREEMENT = 'How far all models that have listened differ about the ten nearest tracks. 100 %: no two of them share a neighbour.'
const KEPT = 'Of a track’s ten true neighbours in the model, the share that this map also shows among the ten nearest.'
const PRESSED = 'Low where the map shows tracks beside each other that are far apart in the model. The flattening has pressed them together.'
const TORN = 'Low where tracks that are close in the model lie far apart on the map. The flattening has torn them away.'

export const OVERLAYS = {
  overlap: overlay('Neighbours in common', 'two maps', SHARES, IN_COMMON),
  disagreement: overlay('Model disagreement', 'models', SHARES, DISAGREEMENT),
  kept: overlay('Neighbours kept', 'map', SHARES, KEPT),
  trustworthiness: overlay('Trustworthiness', 'map', ABOVE_CHANCE, PRESSED),
  continuity: overlay('Continuity', 'map', ABOVE_CHANCE, TORN),
}

export type OverlayKey = keyof typeof OVERLAYS

export const isOverlay = (key: string): key is OverlayKey => Object.hasOwn(OVERLAYS, key)
export const isMapMeasure = (key: string): key is MapMeasure => isOverlay(key) && OVERLAYS[key].of === 'map'
/** It compares the two maps on screen. */
export const needsTwoMaps = (key: string): boolean => isOverlay(key) && OVERLAYS[key].of === 'two maps'

/** Of the tracks that were measured. */
export function measuredNumbers(quality: MapQuality, measure: MapMeasure): TrackNumbers {
  const known = quality[measure].flatMap((value, i) => (value === null ? [] : [{ id: quality.track_ids[i], value }]))
  const isSample = known.length < quality.track_ids.length
  return { track_ids: known.map(({ id }) => id), values: known.map(({ value }) => value), sampled: isSample ? known.length : null }
}

/** What the colours mean, and of how many tracks. */
export const explainOverlay = (key: OverlayKey, sampled?: number | null): string =>
  sampled ? `${OVERLAYS[key].explanation} Measured for a sample of ${sampled.toLocaleString('en')} tracks: the others are grey.` : OVERLAYS[key].explanation
