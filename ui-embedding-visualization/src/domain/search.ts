/** Finding a track by what a person remembers of it. */
import type { Track } from '@/api/types'
import { genreLabel, trackTitle } from './track'

/** Where a word was found weighs more the more it identifies one track. */
const FIELD_WEIGHTS = [8, 5, 3, 2, 1] as const

export interface SearchEntry {
  track: Track
  /** Folded text of title, artist, album, genre, file name: as FIELD_WEIGHTS. */
  fields: string[]
}

/** Case and accents do not matter: `Björk` is found by `bjork`. */
export const foldText = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

export const buildSearchIndex = (tracks: readonly Track[]): SearchEntry[] =>
  tracks.map((track) => ({
    track,
    fields: [trackTitle(track), track.artist ?? '', track.album ?? '', genreLabel(track.genre), track.filename].map(foldText),
  }))

/** 0: absent. The whole field beats its beginning, which beats a word's beginning, which beats the middle of a word. */
function scoreField(field: string, word: string): number {
  const at = field.indexOf(word)
  if (at < 0) return 0
  if (field === word) return 4
  if (at === 0) return 3
  return /[^\p{L}\p{N}]/u.test(field[at - 1]) ? 2 : 1
}

function scoreEntry(entry: SearchEntry, words: readonly string[]): number {
  let total = 0
  for (const word of words) {
    const best = Math.max(...entry.fields.map((field, i) => scoreField(field, word) * FIELD_WEIGHTS[i]))
    if (best === 0) return 0
    total += best
  }
  return total
}

/** Tracks that hold every word of the query, best first. */
export function searchTracks(index: readonly SearchEntry[], query: string, limit = 30): Track[] {
  const folded = foldText(query).trim()
  if (folded === '') return []
  const words = folded.split(/\s+/)
  const scored = index.map((entry) => ({ track: entry.track, score: scoreEntry(entry, words) + scorePhrase(entry, folded) }))
  return scored
    .filter((hit) => hit.score > 0)
    .sort((a, b) => b.score - a.score || trackTitle(a.track).localeCompare(trackTitle(b.track)))
    .slice(0, limit)
    .map((hit) => hit.track)
}

/** A title typed in full comes first even where its words are common. */
const scorePhrase = (entry: SearchEntry, phrase: string): number => (entry.fields[0] === phrase ? 100 : 0)

/** Tracks that hold every word of the query, in their own order: a filter. All of them for an empty query. */
export function matchTracks(index: readonly SearchEntry[], query: string): Track[] {
  const words = foldText(query).trim().split(/\s+/).filter(Boolean)
  return index.filter((entry) => words.every((word) => entry.fields.some((field) => field.includes(word)))).map((entry) => entry.track)
}
