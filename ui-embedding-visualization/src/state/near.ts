/** What was found near the track in focus, on the way between two, or near a blend; asked once, shown in the panels and on the map. */
import { useMemo } from 'react'
import { useBlend, useNeighbours, usePath } from '@/api/queries'
import type { Hit, ModelSpace } from '@/api/types'
import { useExplorer } from './explorer'
import { useView } from './view'

export const N_NEIGHBOURS = 12

/** Neighbours of the track in focus, or of a moment of it, in the first map's space. */
export const useNearest = () => useNearestIn(useExplorer().query)

function useNearestIn(query: ModelSpace | null) {
  const { track, moment } = useView()
  const asked = useMemo(() => (track === null ? null : { track, seconds: moment }), [track, moment])
  return useNeighbours(query, asked, N_NEIGHBOURS)
}

/** Tracks from `from` to `to`. */
export function useJourney() {
  const { query } = useExplorer()
  const { from, to, steps } = useView()
  return usePath(query, from, to, steps)
}

export function useBlended() {
  const { query } = useExplorer()
  const { plus, minus } = useView()
  return useBlend(query, plus, minus, N_NEIGHBOURS)
}

/** A line on the map from track to track. strength: 0 … 1. */
export interface Link {
  from: string
  to: string
  strength: number
}

const NO_LINKS: Link[] = []

function star(from: string, hits: readonly Hit[]): Link[] {
  const farthest = Math.max(1e-9, ...hits.map((hit) => hit.distance))
  return hits.map((hit) => ({ from, to: hit.name, strength: 1 - hit.distance / farthest }))
}

const chain = (hits: readonly Hit[]): Link[] => hits.slice(1).map((hit, i) => ({ from: hits[i].name, to: hit.name, strength: 1 }))

/** Lines for what the open panel shows. Neighbours are those of the map's own space. */
export function useLinks(query: ModelSpace | null): Link[] {
  const { panel, track, plus } = useView()
  const nearest = useNearestIn(query).data
  const journey = useJourney().data
  const blended = useBlended().data
  return useMemo(() => {
    if (panel === 'track') return track !== null && nearest ? star(track, nearest) : NO_LINKS
    if (panel !== 'path') return NO_LINKS
    return [...chain(journey ?? []), ...plus.flatMap((name) => star(name, blended ?? []))]
  }, [panel, track, nearest, journey, plus, blended])
}
