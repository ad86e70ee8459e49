import { GripVertical, X } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import type { Track } from '@/api/types'
import { IconButton } from '@/components/IconButton'
import { MediaRow } from '@/components/MediaRow'
import { VirtualList } from '@/components/VirtualList'
import { coverOf } from '@/domain/cover'
import { artistLabel, formatDuration, trackTitle } from '@/domain/track'
import { playQueue, usePlayer } from '@/state/player'
import { moveInPlaylist, removeFromPlaylist } from '@/state/playlist'

/** The entries in order: drag one to its place, or press Alt with an arrow key. */
export function PlaylistTracks({ tracks }: { tracks: readonly Track[] }) {
  const playing = usePlayer((state) => state.track)
  const [dragged, setDragged] = useState<number | null>(null)
  const names = tracks.map((track) => track.filename)
  const row = (index: number) => (
    <div
      className="playlist-row"
      draggable
      data-dragged={index === dragged || undefined}
      onDragStart={() => setDragged(index)}
      onDragEnd={() => setDragged(null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={() => dragged !== null && moveInPlaylist(dragged, index)}
      onKeyDown={(event) => moveByKey(event, index)}
      data-testid="playlist-row"
      data-key={names[index]}
    >
      <GripVertical size={13} aria-hidden className="playlist-row__grip" />
      <MediaRow
        cover={coverOf(tracks[index], 30)}
        title={trackTitle(tracks[index])}
        detail={artistLabel(tracks[index])}
        aside={formatDuration(tracks[index].duration)}
        current={names[index] === playing}
        onClick={() => playQueue(names, names[index])}
      />
      <IconButton label={`Remove ${trackTitle(tracks[index])}`} onClick={() => removeFromPlaylist(index)}>
        <X size={13} />
      </IconButton>
    </div>
  )
  return <VirtualList count={tracks.length} rowHeight={46} renderRow={row} keyOf={(index) => names[index]} label="Playlist, Alt with an arrow key moves an entry" className="playlist-tracks" />
}

const STEPS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 }

function moveByKey(event: KeyboardEvent, index: number): void {
  const step = STEPS[event.key]
  if (!event.altKey || !step) return
  event.preventDefault()
  moveInPlaylist(index, index + step)
}
