/** The order in which previous and next walk the visible tracks: as on a shelf, by artist, album, track. */
import type { Track } from '@/api/types'
import { once } from './once'
import { sortInSlices, type Sliced } from './slicedSort'
import { trackTitle } from './track'

const collator = once(() => new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }))
const LAST = '\uffff'

export function compareTracks(a: Track, b: Track): number {
  const { compare } = collator()
  return (
    compare(a.artist ?? LAST, b.artist ?? LAST) ||
    compare(a.album ?? LAST, b.album ?? LAST) ||
    (a.track_number ?? Infinity) - (b.track_number ?? Infinity) ||
    compare(trackTitle(a), trackTitle(b)) ||
    compare(a.filename, b.filename)
  )
}

/** Indices of the tracks in playing order. */
export const playOrder = (tracks: readonly Track[]): Sliced<number[]> =>
  sortInSlices(
    tracks.map((_, i) => i),
    (a, b) => compareTracks(tracks[a], tracks[b]),
  )

/** The neighbour of `current`, wrapping at the ends; the first (or last) when `current` is not in the list; null when it is empty. */
export function stepInOrder(order: readonly string[], current: string | null, step: 1 | -1): string | null {
  if (order.length === 0) return null
  const at = current === null ? -1 : order.indexOf(current)
  if (at < 0) return step === 1 ? order[0] : order[order.length - 1]
  return order[(at + step + order.length) % order.length]
}

export const isLastInOrder = (order: readonly string[], current: string | null): boolean => order.length === 0 || order[order.length - 1] === current
