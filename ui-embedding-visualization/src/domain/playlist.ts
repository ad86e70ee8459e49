/** Playlists: an order of tracks, and how others read it. */
import type { Track } from '@/api/types'
import { artistLabel, trackTitle } from './track'

/** Take the entry at `from` out and put it at `to`. */
export function moveEntry<T>(entries: readonly T[], from: number, to: number): T[] {
  const moved = entries.filter((_, i) => i !== from)
  moved.splice(to, 0, entries[from])
  return moved
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ')

/** Paths are relative to the music folder: the file belongs there. */
export function toM3u8(name: string, tracks: readonly Track[]): string {
  const lines = tracks.flatMap((track) => [`#EXTINF:${Math.round(track.duration ?? -1)},${oneLine(`${artistLabel(track)} - ${trackTitle(track)}`)}`, track.filename])
  return ['#EXTM3U', `#PLAYLIST:${oneLine(name)}`, ...lines, ''].join('\n')
}

const CSV_COLUMNS = ['filename', 'title', 'artist', 'album', 'year', 'genre', 'duration'] as const

const csvCell = (value: string | number | null): string => {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function toCsv(tracks: readonly Track[]): string {
  const rows = tracks.map((track) => CSV_COLUMNS.map((column) => csvCell(track[column])).join(','))
  return [CSV_COLUMNS.join(','), ...rows, ''].join('\r\n')
}

export function toJson(name: string, tracks: readonly Track[]): string {
  const facts = tracks.map((track) => Object.fromEntries(CSV_COLUMNS.map((column) => [column, track[column]])))
  return JSON.stringify({ name, tracks: facts }, null, 2) + '\n'
}

export interface ExportFormat {
  ending: string
  label: string
  type: string
  write: (name: string, tracks: readonly Track[]) => string
}

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  { ending: 'm3u8', label: 'M3U8', type: 'audio/x-mpegurl', write: toM3u8 },
  { ending: 'csv', label: 'CSV', type: 'text/csv', write: (_, tracks) => toCsv(tracks) },
  { ending: 'json', label: 'JSON', type: 'application/json', write: toJson },
]

/** A name that every file system takes. */
export const fileNameOf = (name: string, ending: string): string => `${name.replace(/[\s\\/:*?"<>|\p{Cc}]+/gu, ' ').trim() || 'playlist'}.${ending}`
