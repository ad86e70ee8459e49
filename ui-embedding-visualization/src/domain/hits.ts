/** Tracks that were found near something, as a person reads them: why, how near, and whether they are near to everything. */
import type { Hit, Shared, Track } from '@/api/types'
import { coverOf } from './cover'
import { genreLabel, joinKnown, trackOfPoint, trackTitle } from './track'

/** More tags than this say no more. */
const MAX_TAGS = 3

/** What is shared, the most telling first: `same artist · guitar, male vocal`. Empty where nothing is. */
export function reasonOf(shared: Shared | null): string {
  if (!shared) return ''
  const album = shared.album !== null && shared.artist !== null ? 'same album' : null
  const artist = shared.artist !== null && album === null ? 'same artist' : null
  const tags = shared.tags.slice(0, MAX_TAGS).join(', ')
  const genre = shared.genre !== null && !shared.tags.includes(genreLabel(shared.genre).toLowerCase()) ? genreLabel(shared.genre) : null
  return joinKnown(album, artist, tags, genre, shared.year)
}

/** One row of a list of found tracks. */
export interface NearRow {
  key: string
  title: string
  /** Artist, and why it is near. */
  detail: string
  cover: ReturnType<typeof coverOf>
  distance: number
  /** 0 … 1: how near it is beside the others of the list. */
  nearness: number
  /** Why it may be near only because it is near to everything; null for others. */
  hub: string | null
  /** Seconds: the moment of it that was found; null for the whole. */
  moment: number | null
}

const hubText = ({ hub, occurrence }: Hit): string | null => (hub ? `A hub: among the ten nearest of ${occurrence ?? 'very many'} tracks, far more than its due` : null)

/** In the order given. */
export function nearRows(hits: readonly Hit[], findTrack: (name: string) => Track | null): NearRow[] {
  const farthest = Math.max(1e-9, ...hits.map((hit) => hit.distance))
  return hits.map((hit) => {
    const track = findTrack(hit.name) ?? trackOfPoint(hit.name, hit.tag)
    return {
      key: hit.name,
      title: trackTitle(track),
      detail: joinKnown(track.artist, reasonOf(hit.shared)),
      cover: coverOf(track, 34),
      distance: hit.distance,
      nearness: 1 - 0.9 * (hit.distance / farthest),
      hub: hubText(hit),
      moment: hit.segment,
    }
  })
}

/** In how many of several lists each track stands, by file name. */
export function countLists(lists: readonly (readonly Hit[])[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const list of lists) for (const name of new Set(list.map((hit) => hit.name))) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Distances of one model are small, of another large: three digits that mean something. */
export const formatDistance = (distance: number): string => (distance >= 100 ? distance.toFixed(0) : distance >= 1 ? distance.toFixed(2) : distance.toFixed(3))
