import { useEffect, useRef, type KeyboardEvent } from 'react'
import { usePlaylistActions } from '@/api/playlistQueries'
import type { Playlist, PlaylistTrack } from '@/api/types'
import { VirtualList } from '@/components/VirtualList'
import { moveItem } from '@/domain/reorder'
import { notify, tellError } from '@/state/notices'
import { playQueue, usePlayer } from '@/state/player'
import { changeView } from '@/state/view'
import { PlaylistRow } from './PlaylistRow'
import { rowOf, useRowDrag } from './useRowDrag'

interface PlaylistTracksProps {
  /** At least one track. */
  playlist: Playlist
}

const ROW_PIXELS = 52

/** The tracks in their order, which dragging, the arrows of a row and Alt with an arrow key change. */
export function PlaylistTracks({ playlist }: PlaylistTracksProps) {
  const { tracks } = playlist
  const playing = usePlayer((state) => state.track)
  const { move, remove } = useChanges(playlist)
  const drag = useRowDrag(move)
  const keys = useRowKeys(tracks, move)

  return (
    <div className="playlist-tracks" {...keys} {...drag.list}>
      <VirtualList
        count={tracks.length}
        rowHeight={ROW_PIXELS}
        keyOf={(index) => `${tracks[index].track_id} ${occurrence(tracks, index)}`}
        label={`Tracks of ${playlist.name}`}
        className="playlist-tracks__list"
        renderRow={(index) => (
          <PlaylistRow
            track={tracks[index]}
            index={index}
            count={tracks.length}
            playing={tracks[index].filename === playing}
            drop={drag.over === index ? (drag.from < index ? 'after' : 'before') : null}
            onPlay={() => playFrom(tracks, index)}
            onMove={move}
            onRemove={remove}
          />
        )}
      />
    </div>
  )
}

/** A track may stand in a list twice: rows are told apart by how often it has come before. */
const occurrence = (tracks: readonly PlaylistTrack[], index: number) => tracks.slice(0, index).filter((track) => track.track_id === tracks[index].track_id).length

function playFrom(tracks: readonly PlaylistTrack[], index: number): void {
  changeView({ track: tracks[index].filename }, 'amend')
  playQueue(tracks.filter((track) => !track.gone).map((track) => track.filename), tracks[index].filename)
}

function useChanges(playlist: Playlist) {
  const { rearrange } = usePlaylistActions()
  const { tracks } = playlist
  const save = (after: readonly PlaylistTrack[]) => rearrange(playlist, after)
  return {
    move: (from: number, to: number) => {
      if (from !== to) save(moveItem(tracks, from, to)).catch(tellError)
    },
    remove: (index: number) => {
      const after = tracks.filter((_, i) => i !== index)
      const undo = () => void rearrange({ ...playlist, tracks: after }, tracks).catch(tellError)
      save(after)
        .then(() => notify('Taken out of the playlist.', { action: { label: 'Undo', run: undo } }))
        .catch(tellError)
    },
  }
}

/** Alt and an arrow move the row; the focus goes with it, once the list stands in its new order. */
function useRowKeys(tracks: readonly PlaylistTrack[], move: (from: number, to: number) => void) {
  const root = useRef<HTMLDivElement>(null)
  const moved = useRef(-1)
  useEffect(() => {
    root.current?.querySelector<HTMLElement>(`[data-row="${moved.current}"] .media-row`)?.focus()
    moved.current = -1
  }, [tracks])
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined
    const at = rowOf(event.target)
    if (!step || at < 0 || tracks[at + step] === undefined) return
    event.preventDefault()
    moved.current = at + step
    move(at, at + step)
  }
  return { ref: root, onKeyDown }
}
