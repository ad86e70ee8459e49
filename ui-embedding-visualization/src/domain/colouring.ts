/** Which colour each point has, and the legend that explains it. */
import type { Track } from '@/api/types'
import type { Field, NumberField } from './fields'
import { CATEGORY_COLOURS, numberColour, OTHER_COLOUR, UNKNOWN_COLOUR, type Rgb, type Scheme } from './palette'
import { UNKNOWN } from './track'

/** More colours than this cannot be told apart: the smaller categories share one. */
export const MAX_CATEGORIES = 12

export interface LegendEntry {
  /** What the URL and the filter use. */
  key: string
  label: string
  count: number
  colour: Rgb
  /** Shares its colour with others: listed under "other". */
  folded: boolean
}

export interface Colouring {
  field: Field
  legend: LegendEntry[]
  /** uint8 [3n] */
  colours: Uint8Array
  /** Legend entry of each point: int32 [n] */
  entries: Int32Array
  /** Smallest and largest value, when the field is a number and any track has one. */
  range: [number, number] | null
}

const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) count(counts, key)
  return counts
}

/** How often each category is in the library, and among points whose track has left it. */
function countInLibrary(library: readonly Track[], points: readonly Track[], keys: readonly string[], field: Field): Map<string, number> {
  const counts = countBy(library.map(field.categoryOf))
  for (let i = 0; i < points.length; i++) if (points[i].id < 0) count(counts, keys[i])
  return counts
}

const unknownLast = (a: string, b: string) => Number(a === UNKNOWN) - Number(b === UNKNOWN)

/** Most frequent first, numbers from small to large. counts: of the whole library, so that a colour keeps its meaning from model to model. */
function rankCategories(counts: ReadonlyMap<string, number>, { number }: Field): string[] {
  const byCount = (a: string, b: string) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)
  const byName = (a: string, b: string) => a.localeCompare(b)
  const inOrder = number ? (a: string, b: string) => number.middle(a) - number.middle(b) : (a: string, b: string) => byCount(a, b) || byName(a, b)
  return [...counts.keys()].sort((a, b) => unknownLast(a, b) || inOrder(a, b))
}

function rangeOf(tracks: readonly Track[], number: NumberField): [number, number] | null {
  let [first, last] = [Infinity, -Infinity]
  for (const track of tracks) {
    const value = number.of(track)
    if (value === null) continue
    first = Math.min(first, value)
    last = Math.max(last, value)
  }
  return first <= last ? (number.range ?? [first, last]) : null
}

function colourIn([first, last]: [number, number], value: number, scheme: Scheme): Rgb {
  return numberColour(last === first ? 0.6 : (value - first) / (last - first), scheme)
}

function entryColour(key: string, rank: number, number: NumberField | null, range: [number, number] | null, scheme: Scheme): Rgb {
  if (key === UNKNOWN) return UNKNOWN_COLOUR[scheme]
  if (number && range) return colourIn(range, number.middle(key), scheme)
  return CATEGORY_COLOURS[scheme][rank] ?? OTHER_COLOUR[scheme]
}

/** points: the tracks drawn, in order. library: all tracks, which decide the colours. */
export function computeColouring(points: readonly Track[], library: readonly Track[], field: Field, scheme: Scheme): Colouring {
  const { number, categoryOf } = field
  const range = number && rangeOf(library, number)
  const keys = points.map(categoryOf)
  const counts = countBy(keys)
  const legend = rankCategories(countInLibrary(library, points, keys, field), field)
    .map((key, rank) => ({
      key,
      label: field.labelOf(key),
      count: counts.get(key) ?? 0,
      colour: entryColour(key, rank, number, range, scheme),
      folded: !number && rank >= MAX_CATEGORIES && key !== UNKNOWN,
    }))
    .filter((entry) => entry.count > 0)
  return { field, legend, range, ...paint(points, keys, field, legend, range, scheme) }
}

function paint(points: readonly Track[], keys: readonly string[], { number }: Field, legend: LegendEntry[], range: [number, number] | null, scheme: Scheme) {
  const indexOf = new Map(legend.map((entry, i) => [entry.key, i]))
  const colours = new Uint8Array(points.length * 3)
  const entries = new Int32Array(points.length)
  points.forEach((track, i) => {
    entries[i] = indexOf.get(keys[i]) ?? 0
    const value = number?.of(track) ?? null
    const exact = range && value !== null ? colourIn(range, value, scheme) : legend[entries[i]].colour
    for (let channel = 0; channel < 3; channel++) colours[3 * i + channel] = exact[channel] // `set` takes ten times as long
  })
  return { colours, entries }
}

/** 1 for a visible point, 0 for one whose legend entry is hidden: uint8 [n]. */
export function visibleMask(colouring: Colouring, hidden: ReadonlySet<string>): Uint8Array {
  const shown = colouring.legend.map((entry) => (hidden.has(entry.key) ? 0 : 1))
  return new Uint8Array(colouring.entries.length).map((_, i) => shown[colouring.entries[i]])
}

/** Solo: hide all others; when it is already alone, show everything again. */
export function soloEntries(legend: readonly LegendEntry[], hidden: ReadonlySet<string>, keys: readonly string[]): string[] {
  const others = legend.map((entry) => entry.key).filter((key) => !keys.includes(key))
  const alone = others.every((key) => hidden.has(key)) && keys.every((key) => !hidden.has(key))
  return alone ? [] : others
}

/** Toggle some entries together: if any of them shows, hide them all. */
export function toggleEntries(hidden: ReadonlySet<string>, keys: readonly string[]): string[] {
  const anyShown = keys.some((key) => !hidden.has(key))
  const rest = [...hidden].filter((key) => !keys.includes(key))
  return anyShown ? [...rest, ...keys] : rest
}
