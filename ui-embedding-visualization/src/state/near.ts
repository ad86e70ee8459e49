/** What was found near the track in focus, on the way between two, or near a blend; asked once, shown in the panels and on the map. */
import { useMemo } from 'react'
import { useBlend, useNeighbours, usePath, useShownNear } from '@/api/queries'
import type { Hit, ModelSpace, ProjectionQuery } from '@/api/types'
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

/** Tracks that a map shows nearest to the track in focus without the model's finding them near. */
export function useFalseNeighbours(query: ProjectionQuery | null): string[] {
  const { track, moment } = useView()
  const shown = useShownNear(query, moment === null ? track : null, N_NEIGHBOURS).data
  return useMemo(() => (shown ?? []).filter(({ near }) => !near).map(({ name }) => name), [shown])
}

/** A line on the map from track to track. strength: 0 … 1. seeming: they are near on the map only. */
export interface Link {
  from: string
  to: string
  strength: number
  seeming?: boolean
}

const SEEMING = 0.6
const NO_LINKS: Link[] = []

function star(from: string, hits: readonly Hit[]): Link[] {
  const farthest = Math.max(1e-9, ...hits.map((hit) => hit.distance))
  return hits.map((hit) => ({ from, to: hit.name, strength: 1 - hit.distance / farthest }))
}

const chain = (hits: readonly Hit[]): Link[] => hits.slice(1).map((hit, i) => ({ from: hits[i].name, to: hit.name, strength: 1 }))

/** Lines for what the open panel shows. Neighbours are those of the map's own space. */
export function useLinks(query: ProjectionQuery | null): Link[] {
  const { panel, track, plus } = useView()
  const nearest = useNearestIn(query).data
  const seeming = useFalseNeighbours(query)
  const journey = useJourney().data
  const blended = useBlended().data
  return useMemo(() => {
    if (panel === 'track') return track !== null && nearest ? [...star(track, nearest), ...seeming.map((to) => ({ from: track, to, strength: SEEMING, seeming: true }))] : NO_LINKS
    if (panel !== 'path') return NO_LINKS
    return [...chain(journey ?? []), ...plus.flatMap((name) => star(name, blended ?? []))]
  }, [panel, track, nearest, seeming, journey, plus, blended])
}
