/** The columns of the library table, and the order of its rows. */
import type { Track } from '@/api/types'
import { compareTracks } from './order'
import { SLICE, sortInSlices, type Sliced } from './slicedSort'
import { artistLabel, formatDuration, genreLabel, trackTitle } from './track'

export type ColumnKey = 'title' | 'artist' | 'album' | 'track_number' | 'year' | 'genre' | 'duration' | 'predicted_genre' | 'confidence' | 'tempo' | 'spectral_centroid' | 'filename'

export interface Column {
  key: ColumnKey
  label: string
  /** A width of CSS grid. */
  width: string
  /** null: unknown, at the end of any order. */
  valueOf: (track: Track) => string | number | null
  /** What a person reads; absent: the value itself. */
  textOf?: (track: Track) => string
  /** Numbers stand on the right. */
  numeric?: boolean
  /** Shown on a phone too. */
  essential?: boolean
}

/** A value with its unit; nothing where it is not known. */
const withUnit = (value: number | null, unit: string, digits = 0): string => (value === null ? '' : `${value.toFixed(digits)} ${unit}`)

const percent = (share: number | null): string => (share === null ? '' : `${Math.round(100 * share)} %`)

export const COLUMNS: readonly Column[] = [
  { key: 'title', label: 'Title', width: 'minmax(150px, 2.2fr)', valueOf: trackTitle, essential: true },
  { key: 'artist', label: 'Artist', width: 'minmax(110px, 1.4fr)', valueOf: (track) => track.artist, textOf: artistLabel, essential: true },
  { key: 'album', label: 'Album', width: 'minmax(110px, 1.4fr)', valueOf: (track) => track.album },
  { key: 'track_number', label: 'No.', width: '44px', valueOf: (track) => track.track_number, numeric: true },
  { key: 'year', label: 'Year', width: '52px', valueOf: (track) => track.year, numeric: true },
  { key: 'genre', label: 'Genre', width: 'minmax(84px, 0.8fr)', valueOf: (track) => genreLabel(track.genre) },
  { key: 'duration', label: 'Length', width: '60px', valueOf: (track) => track.duration, textOf: (track) => formatDuration(track.duration), numeric: true, essential: true },
  { key: 'predicted_genre', label: 'Sounds like', width: 'minmax(84px, 0.8fr)', valueOf: (track) => track.predicted_genre },
  { key: 'confidence', label: 'Sure', width: '56px', valueOf: (track) => track.confidence, textOf: (track) => percent(track.confidence), numeric: true },
  { key: 'tempo', label: 'Tempo', width: '74px', valueOf: (track) => track.tempo, textOf: (track) => withUnit(track.tempo, 'BPM'), numeric: true },
  {
    key: 'spectral_centroid',
    label: 'Brightness',
    width: '78px',
    valueOf: (track) => track.spectral_centroid,
    textOf: (track) => withUnit(track.spectral_centroid && track.spectral_centroid / 1000, 'kHz', 1),
    numeric: true,
  },
  { key: 'filename', label: 'File', width: 'minmax(120px, 1.6fr)', valueOf: (track) => track.filename },
]

export const cellText = (column: Column, track: Track): string => column.textOf?.(track) ?? String(column.valueOf(track) ?? '')

/** A column's key, with `-` before it for the largest first; null: by artist, album, track. */
export type Sort = { key: ColumnKey; descending: boolean } | null

export function parseSort(text: string | null): Sort {
  const column = COLUMNS.find(({ key }) => key === text?.replace(/^-/, ''))
  return column && text ? { key: column.key, descending: text.startsWith('-') } : null
}

export const formatSort = (sort: Sort): string | null => sort && `${sort.descending ? '-' : ''}${sort.key}`

/** A click on a heading: up, down, and back to the shelf's own order. */
export function nextSort(sort: Sort, key: ColumnKey): Sort {
  if (sort?.key !== key) return { key, descending: false }
  return sort.descending ? null : { key, descending: true }
}

interface Valued {
  track: Track
  value: string | number
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

function compareValues(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))
}

/** As on a shelf: what `sortTracks` takes for granted, and what is not done anew for every column. */
export const shelve = (tracks: readonly Track[]): Sliced<Track[]> => sortInSlices(tracks, compareTracks)

/** shelf: tracks in the shelf's order, which equal ones, and those without a value (always last), keep. */
export function* sortTracks(shelf: readonly Track[], sort: Sort): Sliced<readonly Track[]> {
  const column = COLUMNS.find(({ key }) => key === sort?.key)
  if (!column || !sort) return shelf
  const { valued, without } = yield* readValues(shelf, column)
  const sorted = yield* sortInSlices(valued, (a, b) => compareValues(a.value, b.value) * (sort.descending ? -1 : 1))
  return [...sorted.map(({ track }) => track), ...without]
}

function* readValues(shelf: readonly Track[], column: Column): Sliced<{ valued: Valued[]; without: Track[] }> {
  const [valued, without]: [Valued[], Track[]] = [[], []]
  for (const [i, track] of shelf.entries()) {
    const value = column.valueOf(track)
    if (value === null) without.push(track)
    else valued.push({ track, value })
    if ((i + 1) % SLICE === 0) yield
  }
  return { valued, without }
}
