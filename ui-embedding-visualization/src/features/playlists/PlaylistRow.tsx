import { ArrowDown, ArrowUp, GripVertical, X } from 'lucide-react'
import { coverUrl } from '@/api/client'
import type { PlaylistTrack } from '@/api/types'
import { IconButton } from '@/components/IconButton'
import { MediaRow } from '@/components/MediaRow'
import { coverGradient } from '@/domain/palette'
import { fileTitle, formatDuration, joinKnown } from '@/domain/track'

interface PlaylistRowProps {
  track: PlaylistTrack
  /** Place in the list, from 0. */
  index: number
  /** How many there are. */
  count: number
  /** It is in the player. */
  playing: boolean
  /** Where a dragged row would come to lie. */
  drop: 'before' | 'after' | null
  /** The row was pressed. */
  onPlay: () => void
  /** Move a row to the place of another. */
  onMove: (from: number, to: number) => void
  /** Take it out. */
  onRemove: (index: number) => void
}

const COVER_PIXELS = 36

export function PlaylistRow({ track, index, count, playing, drop, onPlay, onMove, onRemove }: PlaylistRowProps) {
  const title = track.title ?? fileTitle(track.filename)
  return (
    <div className="playlist-row" data-row={index} data-drop={drop ?? undefined} data-gone={track.gone || undefined} data-testid="playlist-row" data-key={track.filename}>
      <span className="playlist-row__number" aria-hidden="true" data-testid="playlist-handle">
        <GripVertical size={14} />
        {index + 1}
      </span>
      <MediaRow
        cover={coverOf(track)}
        title={title}
        detail={detailOf(track)}
        aside={formatDuration(track.duration)}
        current={playing}
        onClick={() => !track.gone && onPlay()}
      />
      <span className="playlist-row__actions">
        <IconButton label={`Move ${title} up (Alt+↑)`} disabled={index === 0} onClick={() => onMove(index, index - 1)}>
          <ArrowUp size={14} />
        </IconButton>
        <IconButton label={`Move ${title} down (Alt+↓)`} disabled={index === count - 1} onClick={() => onMove(index, index + 1)}>
          <ArrowDown size={14} />
        </IconButton>
        <IconButton label={`Take ${title} out`} onClick={() => onRemove(index)} testId="playlist-remove">
          <X size={14} />
        </IconButton>
      </span>
    </div>
  )
}

function detailOf({ gone, filename, duplicate_of: earlier, artist, album }: PlaylistTrack): string {
  if (gone) return `Not there now: ${filename}`
  return joinKnown(artist ?? 'Unknown artist', album, earlier && `same recording as ${earlier}`)
}

const coverOf = (track: PlaylistTrack) => ({
  source: track.has_cover && !track.gone ? coverUrl(track.filename, COVER_PIXELS * 2) : null,
  placeholder: coverGradient(track.album ?? track.artist ?? fileTitle(track.filename)),
  size: COVER_PIXELS,
})
