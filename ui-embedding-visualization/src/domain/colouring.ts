/** Which colour each point has, and the legend that explains it. */
import type { Track } from '@/api/types'
import { CATEGORY_COLOURS, numberColour, OTHER_COLOUR, UNKNOWN_COLOUR, type Rgb, type Scheme } from './palette'
import { genreLabel, UNKNOWN } from './track'

export type ColourField = 'genre' | 'artist' | 'album' | 'year' | 'predicted_genre' | 'confidence'
export const COLOUR_FIELDS: readonly { value: ColourField; label: string }[] = [
  { value: 'genre', label: 'Genre' },
  { value: 'artist', label: 'Artist' },
  { value: 'album', label: 'Album' },
  { value: 'year', label: 'Year' },
  { value: 'predicted_genre', label: 'Predicted genre' },
  { value: 'confidence', label: 'Confidence' },
]

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
  field: ColourField
  legend: LegendEntry[]
  /** uint8 [3n] */
  colours: Uint8Array
  /** Legend entry of each point: int32 [n] */
  entries: Int32Array
  /** Smallest and largest value, when the field is a number and any track has one. */
  range: [number, number] | null
}

interface NumberField {
  of: (track: Track) => number | null
  /** The legend's key of a value, and the value in the middle of a key's bin. */
  bin: (value: number) => string
  middle: (key: string) => number
  format: (value: number) => string
  /** When it is not the library's own smallest and largest. */
  range?: [number, number]
}

const CONFIDENCE_BINS = ['0–20 %', '20–40 %', '40–60 %', '60–80 %', '80–100 %']

const NUMBERS = {
  year: {
    of: (track) => track.year,
    bin: (year) => `${Math.floor(year / 10) * 10}s`,
    middle: (key) => parseInt(key, 10) + 5,
    format: String,
  },
  confidence: {
    of: (track) => track.confidence,
    bin: (share) => CONFIDENCE_BINS[Math.min(Math.floor(share * 5), 4)],
    middle: (key) => (parseInt(key, 10) + 10) / 100,
    range: [0, 1],
    format: (share) => `${Math.round(share * 100)} %`,
  },
} satisfies Partial<Record<ColourField, NumberField>>

const numberField = (field: ColourField): NumberField | null => (field in NUMBERS ? NUMBERS[field as keyof typeof NUMBERS] : null)

/** A value of a field that is a number, for a person. */
export const formatValue = (field: ColourField, value: number): string => numberField(field)?.format(value) ?? String(value)

function binOf(track: Track, { of, bin }: NumberField): string {
  const value = of(track)
  return value === null ? UNKNOWN : bin(value)
}

const CATEGORY_OF: Record<ColourField, (track: Track) => string> = {
  genre: (track) => track.genre,
  artist: (track) => track.artist ?? UNKNOWN,
  album: (track) => track.album ?? UNKNOWN,
  year: (track) => binOf(track, NUMBERS.year),
  predicted_genre: (track) => track.predicted_genre ?? UNKNOWN,
  confidence: (track) => binOf(track, NUMBERS.confidence),
}

export const categoryOf = (track: Track, field: ColourField): string => CATEGORY_OF[field](track)

function countBy(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

const unknownLast = (a: string, b: string) => Number(a === UNKNOWN) - Number(b === UNKNOWN)

/** Most frequent first. Ranked over the whole library, so that a colour keeps its meaning from model to model. */
function rankCategories(library: readonly Track[], field: ColourField): string[] {
  const counts = countBy(library.map(CATEGORY_OF[field]))
  const byCount = (a: string, b: string) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)
  const byName = (a: string, b: string) => a.localeCompare(b)
  return [...counts.keys()].sort((a, b) => unknownLast(a, b) || (numberField(field) ? 0 : byCount(a, b)) || byName(a, b))
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
export function computeColouring(points: readonly Track[], library: readonly Track[], field: ColourField, scheme: Scheme): Colouring {
  const number = numberField(field)
  const range = number && rangeOf(library, number)
  const counts = countBy(points.map(CATEGORY_OF[field]))
  const ranked = rankCategories([...library, ...points.filter((track) => track.id < 0)], field)
  const legend = ranked
    .map((key, rank) => ({
      key,
      label: field === 'genre' || field === 'predicted_genre' ? genreLabel(key) : key,
      count: counts.get(key) ?? 0,
      colour: entryColour(key, rank, number, range, scheme),
      folded: !number && rank >= MAX_CATEGORIES && key !== UNKNOWN,
    }))
    .filter((entry) => entry.count > 0)
  return { field, legend, range, ...paint(points, field, legend, range, scheme) }
}

function paint(points: readonly Track[], field: ColourField, legend: LegendEntry[], range: [number, number] | null, scheme: Scheme) {
  const indexOf = new Map(legend.map((entry, i) => [entry.key, i]))
  const colours = new Uint8Array(points.length * 3)
  const entries = new Int32Array(points.length)
  points.forEach((track, i) => {
    entries[i] = indexOf.get(CATEGORY_OF[field](track)) ?? 0
    const value = numberField(field)?.of(track) ?? null
    const exact = range && value !== null ? colourIn(range, value, scheme) : legend[entries[i]].colour
    colours.set(exact, 3 * i)
  })
  return { colours, entries }
}

/** 1 for a visible point, 0 for one whose legend entry is hidden: uint8 [n]. */
export function visibleMask(colouring: Colouring, hidden: ReadonlySet<string>): Uint8Array {
  const shown = colouring.legend.map((entry) => (hidden.has(entry.key) ? 0 : 1))
  return Uint8Array.from(colouring.entries, (entry) => shown[entry])
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
