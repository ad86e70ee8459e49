import type { CSSProperties } from 'react'
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

const [WIDTH, HEIGHT, GAP, EDGE] = [280, 70, 16, 8]

const within = (value: number, margin: number, size: number) => Math.min(Math.max(value, margin + EDGE), size - margin - EDGE)

/** Beside the point, on its right or on its left; above or below it on a map so narrow that neither has room. */
function placeBeside({ x, y, mapWidth, mapHeight }: HoverPlace): CSSProperties {
  const room = GAP + WIDTH
  if (x < room && x + room > mapWidth) {
    const below = y < GAP + HEIGHT + EDGE
    return { left: within(x, WIDTH / 2, mapWidth), top: y, transform: `translate(-50%, ${below ? `${GAP}px` : `calc(-100% - ${GAP}px)`})` }
  }
  const shift = x + room > mapWidth ? `calc(-100% - ${GAP}px)` : `${GAP}px`
  return { left: x, top: within(y, HEIGHT / 2, mapHeight), transform: `translate(${shift}, -50%)` }
}

export function MapTooltip({ track, place }: MapTooltipProps) {
  return (
    <div className="tooltip" role="tooltip" data-testid="tooltip" style={placeBeside(place)}>
      <Cover {...coverOf(track, 44)} />
      <div className="tooltip__text">
        <strong>{trackTitle(track)}</strong>
        <span>{joinKnown(artistLabel(track), track.year)}</span>
        <span>{genreLabel(track.genre)}</span>
      </div>
    </div>
  )
}
