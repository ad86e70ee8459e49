/** Colours of doubt: how far a map, or a model, can be trusted about each track. The numbers come from the server. */
import { MAP_MEASURES, type MapMeasure, type MapQuality, type TrackNumbers } from '@/api/types'

export interface Overlay {
  label: string
  /** What the colours mean, in a sentence or two. */
  explanation: string
  /** Ends of the scale; values beyond them have the colour of the end. */
  range: [number, number]
}

export const OVERLAYS = {
  overlap: {
    label: 'Neighbours in common',
    explanation: 'Of the ten nearest tracks in either model, the share that both have. 100 %: the two maps mean the same by “near” here.',
    range: [0, 1],
  },
  disagreement: {
    label: 'Model disagreement',
    explanation: 'How far all models that have listened differ about the ten nearest tracks. 100 %: no two of them share a neighbour.',
    range: [0, 1],
  },
  kept: {
    label: 'Neighbours kept',
    explanation: 'Of a track’s ten true neighbours in the model, the share that this map also shows among the ten nearest.',
    range: [0, 1],
  },
  trustworthiness: {
    label: 'Trustworthiness',
    explanation: 'Low where the map shows tracks beside each other that are far apart in the model. The flattening has pressed them together.',
    range: [0.5, 1],
  },
  continuity: {
    label: 'Continuity',
    explanation: 'Low where tracks that are close in the model lie far apart on the map. The flattening has torn them away.',
    range: [0.5, 1],
  },
} satisfies Record<string, Overlay>

export type OverlayKey = keyof typeof OVERLAYS

export const isOverlay = (key: string): key is OverlayKey => Object.hasOwn(OVERLAYS, key)
export const isMapMeasure = (key: string): key is MapMeasure => MAP_MEASURES.some((measure) => measure === key)
/** It compares the two maps on screen. */
export const needsTwoMaps = (key: string): boolean => key === 'overlap'

/** Of the tracks that were measured. */
export function measuredNumbers(quality: MapQuality, measure: MapMeasure): TrackNumbers {
  const known = quality[measure].flatMap((value, i) => (value === null ? [] : [{ id: quality.track_ids[i], value }]))
  const isSample = known.length < quality.track_ids.length
  return { track_ids: known.map(({ id }) => id), values: known.map(({ value }) => value), sampled: isSample ? known.length : null }
}

/** What the colours mean, and of how many tracks. */
export const explainOverlay = (key: OverlayKey, sampled?: number | null): string =>
  sampled ? `${OVERLAYS[key].explanation} Measured for a sample of ${sampled.toLocaleString('en')} tracks: the others are grey.` : OVERLAYS[key].explanation
