import type { Track } from '@/api/types'
import { Cover } from '@/components/Cover'
import { coverOf } from '@/domain/cover'
import type { HoverPlace } from '@/components/point-map/PointMap'
import { artistLabel, genreLabel, joinKnown, trackTitle } from '@/domain/track'

interface MapTooltipProps {
  /** The track under the pointer. */
  track: Track
  /** Its point, in pixels from the map's top left. */
  place: HoverPlace
}

const [WIDTH, HEIGHT, GAP] = [260, 70, 16]

/** Beside the point: on its right, or on its left near the right edge. */
export function MapTooltip({ track, place }: MapTooltipProps) {
  const flip = place.x + GAP + WIDTH > place.mapWidth
  const top = Math.min(Math.max(place.y, HEIGHT / 2 + 8), place.mapHeight - HEIGHT / 2 - 8)
  const shift = flip ? `calc(-100% - ${GAP}px)` : `${GAP}px`
  return (
    <div className="tooltip" role="tooltip" data-testid="tooltip" style={{ left: place.x, top, transform: `translate(${shift}, -50%)` }}>
      <Cover {...coverOf(track, 44)} />
      <div className="tooltip__text">
        <strong>{trackTitle(track)}</strong>
        <span>{joinKnown(artistLabel(track), track.year)}</span>
        <span>{genreLabel(track.genre)}</span>
      </div>
    </div>
  )
}
