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

/** The points of a map: each is coloured as `samples[sampleOf[i]]` is. */
export interface Drawn {
  samples: readonly Track[]
  sampleOf: Int32Array
}

/** Each point is a track of its own. */
export const drawnAs = (tracks: readonly Track[]): Drawn => ({ samples: tracks, sampleOf: Int32Array.from(tracks.keys()) })

type Counts = Map<string, number>

const add = (counts: Counts, key: string, n: number) => counts.set(key, (counts.get(key) ?? 0) + n)

/** How many points each sample stands for: uint32 [samples]. */
function weigh({ samples, sampleOf }: Drawn): Uint32Array {
  const weights = new Uint32Array(samples.length)
  for (const sample of sampleOf) weights[sample]++
  return weights
}

/** How often each category is in the library, and among points whose track has left it. */
function countInLibrary(library: readonly Track[], { samples }: Drawn, keys: readonly string[], weights: Uint32Array, field: Field): Counts {
  const counts: Counts = new Map()
  for (const track of library) add(counts, field.categoryOf(track), 1)
  samples.forEach((track, k) => track.id < 0 && add(counts, keys[k], weights[k]))
  return counts
}

const unknownLast = (a: string, b: string) => Number(a === UNKNOWN) - Number(b === UNKNOWN)

/** Most frequent first, numbers from small to large. counts: of the whole library, so that a colour keeps its meaning from model to model. */
function rankCategories(counts: ReadonlyMap<string, number>, { number }: Field): string[] {
  const byCount = (a: string, b: string) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)
  const byName = (a: string, b: string) => Number(a > b) - Number(a < b) // as code: the tables of a language take 20 ms to read
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

/** library: all tracks, which decide the colours. */
export function computeColouring(drawn: Drawn, library: readonly Track[], field: Field, scheme: Scheme): Colouring {
  const { number, categoryOf } = field
  const range = number && rangeOf(library, number)
  const keys = drawn.samples.map(categoryOf)
  const weights = weigh(drawn)
  const counts: Counts = new Map()
  keys.forEach((key, k) => add(counts, key, weights[k]))
  const legend = rankCategories(countInLibrary(library, drawn, keys, weights, field), field)
    .map((key, rank) => ({
      key,
      label: field.labelOf(key),
      count: counts.get(key) ?? 0,
      colour: entryColour(key, rank, number, range, scheme),
      folded: !number && rank >= MAX_CATEGORIES && key !== UNKNOWN,
    }))
    .filter((entry) => entry.count > 0)
  return { field, legend, range, ...paint(drawn, keys, field, legend, range, scheme) }
}

function paint({ samples, sampleOf }: Drawn, keys: readonly string[], { number }: Field, legend: LegendEntry[], range: [number, number] | null, scheme: Scheme) {
  const indexOf = new Map(legend.map((entry, i) => [entry.key, i]))
  const entryOf = keys.map((key) => indexOf.get(key) ?? 0)
  const colourOf = samples.map((track, k) => {
    const value = number?.of(track) ?? null
    return range && value !== null ? colourIn(range, value, scheme) : legend[entryOf[k]]?.colour
  })
  const colours = new Uint8Array(sampleOf.length * 3)
  const entries = new Int32Array(sampleOf.length)
  for (let i = 0; i < sampleOf.length; i++) {
    entries[i] = entryOf[sampleOf[i]]
    const colour = colourOf[sampleOf[i]]
    for (let channel = 0; channel < 3; channel++) colours[3 * i + channel] = colour[channel] // `set` takes ten times as long
  }
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
