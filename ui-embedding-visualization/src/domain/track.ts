/** How a track is named to a person. */
import type { Track } from '@/api/types'

export const UNKNOWN = 'Unknown'

/** `a/b/Song 1.live.mp3` → `Song 1.live` */
export const fileTitle = (filename: string): string => (filename.split('/').pop() ?? filename).replace(/\.[^.]+$/, '')

/** The title, or what the file name says where the file has no tags. */
export const trackTitle = (track: Track): string => track.title || fileTitle(track.filename)

/** MTG-Jamendo tags come as `genre---rock`: a person reads `rock`. */
export const genreLabel = (genre: string): string => genre.split('---').pop() ?? genre

export const artistLabel = (track: Track): string => track.artist ?? 'Unknown artist'

/** The parts that are known, joined: `Jonathan Coulton · 2006`. */
export const joinKnown = (...parts: (string | number | null | undefined)[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ')

/** 203.4 → `3:23`; an hour and more → `1:02:03`; unknown → `–`. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '–'
  const whole = Math.floor(seconds)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** For totals: 9000 → `2 h 30 min`, 700 → `12 min`, 25 → `25 s`. */
export function formatTotal(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** 100000 → `100,000`. Not by Intl: to read its tables takes 30 ms, which the first picture would wait for. */
export const formatCount = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')
export const countOf = (n: number, noun: string): string => `${formatCount(n)} ${noun}${n === 1 ? '' : 's'}`

const NOTHING_ELSE = {
  id: -1,
  title: null,
  artist: null,
  album: null,
  year: null,
  track_number: null,
  duration: null,
  tempo: null,
  spectral_centroid: null,
  has_cover: false,
  status: 'ok',
  error: null,
  predicted_genre: null,
  confidence: null,
  genres: [],
} satisfies Omit<Track, 'filename' | 'genre'>

class NamedPoint {
  constructor(
    readonly filename: string,
    readonly genre: string,
  ) {}
}
// What is not known is known of all alike: a hundred thousand points that each say so take a tenth of a second.
Object.assign(NamedPoint.prototype, NOTHING_ELSE)

/** A point whose file left the index meanwhile, or is not listed yet, still has a name and a tag. */
export const trackOfPoint = (filename: string, tag: string): Track => new NamedPoint(filename, tag) as NamedPoint & typeof NOTHING_ELSE
