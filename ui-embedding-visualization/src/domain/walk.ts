/** Where on the map the moments of a track are: among the tracks with moments like them. */
import type { Hit } from '@/api/types'

export type Place = readonly [number, number, number]

/** Of every moment, how many of its nearest tracks draw it. */
export const N_DRAWING = 5

/**
 * The middle of the tracks found for a moment, nearer ones drawing more: weights (nearest / distance)². A track on the map only counts
 * if the map has it; null when it has none of them.
 */
export function placeOfMoment(hits: readonly Hit[], indexOf: (name: string) => number, coordinates: Float32Array): Place | null {
  const onMap = hits.map((hit) => ({ index: indexOf(hit.name), distance: Math.max(hit.distance, 1e-9) })).filter(({ index }) => index >= 0)
  if (onMap.length === 0) return null
  const nearest = Math.min(...onMap.map(({ distance }) => distance))
  const weights = onMap.map(({ distance }) => (nearest / distance) ** 2)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const middle = (axis: number) => onMap.reduce((sum, { index }, k) => sum + weights[k] * coordinates[3 * index + axis], 0) / total
  return [middle(0), middle(1), middle(2)]
}

/** A moment of the track: when it is in the middle of its sound, and where; null while that is not known. */
export interface Step {
  seconds: number
  place: Place | null
}

const between = (a: Place, b: Place, t: number): Place => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]

/** Where it is at a time: on the straight way from the step before to the step after. steps: those with a place, in order of time. */
function placeAt(steps: readonly { seconds: number; place: Place }[], seconds: number): Place | null {
  const after = steps.findIndex((step) => step.seconds >= seconds)
  if (after < 0) return steps.at(-1)?.place ?? null
  if (after === 0) return steps[0].place
  const [a, b] = [steps[after - 1], steps[after]]
  return between(a.place, b.place, (seconds - a.seconds) / Math.max(1e-6, b.seconds - a.seconds))
}

/** The way up to a time, oldest place first and the present one last: float32 [3m]; m is 0 while no place is known. */
export function trailAt(steps: readonly Step[], seconds: number): Float32Array {
  const known = steps.filter((step): step is { seconds: number; place: Place } => step.place !== null)
  const present = placeAt(known, seconds)
  const past = known.filter((step) => step.seconds < seconds).map((step) => step.place)
  return Float32Array.from([...past, ...(present ? [present] : [])].flat())
}

/** The segment that sounds at a time, or -1 before the first. starts: seconds, ascending. */
export function segmentAt(starts: readonly number[], seconds: number): number {
  let at = -1
  while (at + 1 < starts.length && starts[at + 1] <= seconds) at++
  return at
}
