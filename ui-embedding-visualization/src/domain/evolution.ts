/** What the page of evolution needs of the library: who has dated tracks, and where a year lies on the map. */
import type { EvolutionGroup } from '@/api/analysisTypes'
import type { Track } from '@/api/types'

export interface DatedArtist {
  name: string
  tracks: number
  first: number
  last: number
}

/** Artists with a dated track; those of most years first. Names that differ in case only are one artist, as the server has it. */
export function datedArtists(library: readonly Track[]): DatedArtist[] {
  const artists = new Map<string, DatedArtist & { years: Set<number> }>()
  for (const { artist, year, status } of library) {
    if (!artist || year === null || status !== 'ok') continue
    const key = artist.trim().toLowerCase()
    const known = artists.get(key) ?? { name: artist, tracks: 0, first: year, last: year, years: new Set<number>() }
    known.years.add(year)
    artists.set(key, { ...known, tracks: known.tracks + 1, first: Math.min(known.first, year), last: Math.max(known.last, year) })
  }
  return [...artists.values()].sort((a, b) => b.years.size - a.years.size || b.tracks - a.tracks || a.name.localeCompare(b.name))
}

export const describeArtist = ({ name, tracks, first, last }: DatedArtist): string =>
  `${name} — ${tracks} dated, ${first === last ? first : `${first} to ${last}`}`

export interface YearPlace {
  year: number
  x: number
  y: number
  tracks: { filename: string; x: number; y: number }[]
}

/** The mean place of each year's tracks; years without a point on the map are left out. */
export function yearPlaces(group: EvolutionGroup, placeOf: (filename: string) => [number, number] | null): YearPlace[] {
  return group.years.flatMap(({ year, tracks }) => {
    const placed = tracks.flatMap((filename) => {
      const place = placeOf(filename)
      return place ? [{ filename, x: place[0], y: place[1] }] : []
    })
    if (placed.length === 0) return []
    const mean = (axis: 'x' | 'y') => placed.reduce((sum, track) => sum + track[axis], 0) / placed.length
    return [{ year, x: mean('x'), y: mean('y'), tracks: placed }]
  })
}

export const formatP = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`)
