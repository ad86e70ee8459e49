/** Where on a map the name of a category stands: over the middle of its tracks. */
import type { Colouring, LegendEntry } from './colouring'
import { UNKNOWN } from './track'

export interface GroupLabel {
  /** Index into the legend. */
  entry: number
  position: [number, number, number]
}

const MIN_MEMBERS = 3
const MAX_LABELS = 12

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort() // by value, and many times as fast as a list is sorted by a function
  return sorted[Math.floor((sorted.length - 1) / 2)]
}

/** A group spread wider than this share of the whole map is no neighbourhood: a name would point nowhere. */
const MAX_SPREAD = 0.7

interface Middle {
  place: [number, number, number]
  /** Distance of each member. */
  distances: number[]
  /** Their median. */
  spread: number
}

function middleOf(members: readonly number[], coordinates: Float32Array): Middle {
  const place = [0, 1, 2].map((axis) => median(members.map((i) => coordinates[3 * i + axis]))) as [number, number, number]
  const distances = members.map((i) => Math.hypot(...place.map((value, axis) => coordinates[3 * i + axis] - value)))
  return { place, distances, spread: median(distances) }
}

/** Over the upper edge of those members that lie around the middle, so that strays do not pull the name away. */
function labelPlace(members: readonly number[], { place, distances, spread }: Middle, coordinates: Float32Array): [number, number, number] {
  const near = members.filter((_, k) => distances[k] <= 1.8 * spread)
  return [place[0], Math.max(place[1], ...near.map((i) => coordinates[3 * i + 1])), place[2]]
}

/** The middle of so many is where that of all is. */
const ENOUGH = 400

const stepThrough = (count: number) => Math.max(1, Math.ceil(count / ENOUGH))

/** Points of each legend entry: all of them, or some spread evenly over the list. */
function sampleMembers({ legend, entries }: Colouring): number[][] {
  const members = legend.map((): number[] => [])
  const steps = legend.map(({ count }) => stepThrough(count))
  const seen = new Int32Array(legend.length)
  entries.forEach((entry, i) => {
    if (seen[entry]++ % steps[entry] === 0) members[entry].push(i)
  })
  return members
}

function sampleAll(count: number): number[] {
  const step = stepThrough(count)
  return Array.from({ length: Math.ceil(count / step) }, (_, k) => k * step)
}

/** Largest categories first; none for hidden, folded, scattered and very small ones, and none where colour is a number. */
export function groupLabels(colouring: Colouring, coordinates: Float32Array, hidden: ReadonlySet<string>): GroupLabel[] {
  if (colouring.range) return []
  const members = sampleMembers(colouring)
  const whole = middleOf(sampleAll(colouring.entries.length), coordinates).spread
  const named = (entry: LegendEntry) => entry.count >= MIN_MEMBERS && !entry.folded && entry.key !== UNKNOWN && !hidden.has(entry.key)
  return colouring.legend
    .map((entry, index) => ({ entry, index }))
    .filter(({ entry }) => named(entry))
    .sort((a, b) => b.entry.count - a.entry.count)
    .slice(0, MAX_LABELS)
    .map(({ index }) => ({ index, middle: middleOf(members[index], coordinates) }))
    .filter(({ middle }) => colouring.legend.length === 1 || middle.spread <= MAX_SPREAD * whole)
    .map(({ index, middle }) => ({ entry: index, position: labelPlace(members[index], middle, coordinates) }))
}
