import { useEffect, useMemo } from 'react'
import { useNeighboursOfEach, useSegments } from '@/api/queries'
import type { Moment, Segments } from '@/api/types'
import type { PointMapHandle } from '@/components/point-map/PointMap'
import { N_DRAWING, placeOfMoment, segmentAt, trailAt, type Step } from '@/domain/walk'
import type { MapLayer, MapPoints } from '@/state/explorer'
import { currentTime, usePlayer } from '@/state/player'

/** Segments behind the present one that the trail shows, and those asked for in advance. */
const [BEHIND, AHEAD] = [9, 2]
const NO_MOMENTS: Moment[] = []

/** While a track plays, what sounds walks over the map, from the place of one segment to that of the next, and leaves a trail. */
export function useSegmentWalk(map: PointMapHandle | null, points: MapPoints, { query, indexOf }: MapLayer, still: boolean): void {
  const track = usePlayer((state) => state.track)
  const playing = usePlayer((state) => state.status === 'playing')
  const segments = useSegments(query, track).data
  const present = usePlayer((state) => (segments ? segmentAt(segments.starts, state.time) : -1))
  const moments = useMemo(() => momentsAround(track, segments, present), [track, segments, present])
  const found = useNeighboursOfEach(query, moments, N_DRAWING)
  const steps = useMemo(
    () => moments.map(({ seconds }, k): Step => ({ seconds: (seconds ?? 0) + (segments?.seconds ?? 0) / 2, place: placeOfMoment(found[k] ?? [], indexOf, points.coordinates) })),
    [moments, found, segments, indexOf, points],
  )
  useEffect(() => {
    if (!map || steps.length === 0) return undefined
    const stop = drawTrail(map, steps, playing && !still)
    return () => {
      stop()
      map.setTrail(null)
    }
  }, [map, steps, playing, still])
}

/** Moments of a track with one segment would not walk. */
function momentsAround(track: string | null, segments: Segments | undefined, present: number): Moment[] {
  if (track === null || !segments || segments.starts.length < 2 || present < 0) return NO_MOMENTS
  const starts = segments.starts.slice(Math.max(0, present - BEHIND), present + AHEAD + 1)
  // To the next millisecond: a moment before its segment's start would be the segment before.
  return starts.map((start) => ({ track, seconds: Math.ceil(start * 1000) / 1000 }))
}

/** Once, or with every frame until it is stopped. */
function drawTrail(map: PointMapHandle, steps: readonly Step[], moving: boolean): () => void {
  let request = 0
  const draw = () => {
    map.setTrail(trailAt(steps, currentTime()))
    if (moving) request = requestAnimationFrame(draw)
  }
  draw()
  return () => cancelAnimationFrame(request)
}
