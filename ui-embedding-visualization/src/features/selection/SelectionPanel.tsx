import { Lasso, Play } from 'lucide-react'
import type { Track } from '@/api/types'
import { MediaRow } from '@/components/MediaRow'
import { VirtualList } from '@/components/VirtualList'
import { coverOf } from '@/domain/cover'
import { artistLabel, countOf, formatDuration, formatTotal, joinKnown, trackTitle } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { visit } from '@/state/focus'
import { usePlayer } from '@/state/player'
import { addToPlaylist } from '@/state/playlist'
import { clearSelection } from '@/state/selection'
import './selection.css'

const totalSeconds = (tracks: readonly Track[]) => tracks.reduce((sum, track) => sum + (track.duration ?? 0), 0)

/** The right panel's list of what is selected. */
export function SelectionPanel() {
  const { selection } = useExplorer()
  if (selection.length === 0) return <EmptySelection />
  return (
    <div className="selection-panel" data-testid="selection-panel">
      <div>
        <h2 data-testid="selection-count">{countOf(selection.length, 'track')} selected</h2>
        <p className="selection-panel__sum">{formatTotal(totalSeconds(selection))} of music</p>
      </div>
      <div className="button-row">
        <button type="button" className="button button--main" onClick={() => visit(selection[0].filename)} data-testid="selection-play">
          <Play size={13} fill="currentColor" strokeWidth={0} aria-hidden /> Play these
        </button>
        <button type="button" className="button" onClick={() => addToPlaylist(selection.map((track) => track.filename))} data-testid="selection-to-playlist">
          To playlist
        </button>
        <button type="button" className="button" onClick={clearSelection}>
          Clear
        </button>
      </div>
      <SelectedTracks tracks={selection} />
    </div>
  )
}

function SelectedTracks({ tracks }: { tracks: readonly Track[] }) {
  const playing = usePlayer((state) => state.track)
  const row = (index: number) => {
    const track = tracks[index]
    return (
      <MediaRow
        cover={coverOf(track, 30)}
        title={trackTitle(track)}
        detail={joinKnown(artistLabel(track), track.album)}
        aside={formatDuration(track.duration)}
        current={track.filename === playing}
        onClick={() => visit(track.filename)}
        testId="selection-row"
      />
    )
  }
  return (
    <VirtualList
      count={tracks.length}
      rowHeight={46}
      renderRow={row}
      keyOf={(index) => tracks[index].filename}
      reveal={tracks.findIndex((track) => track.filename === playing)}
      label="Selected tracks"
      className="selection-panel__list"
    />
  )
}

function EmptySelection() {
  return (
    <div className="invitation" data-testid="selection-panel">
      <h2>
        <Lasso size={15} aria-hidden /> Draw around tracks
      </h2>
      <p>
        Hold <kbd>Shift</kbd> and drag on the map, or take the rectangle or the lasso from the toolbar. Ctrl-click, or <kbd>x</kbd>, takes in one track.
      </p>
      <p>What you select is listed here, can be played in order and made into a playlist; the link in the address bar keeps it.</p>
    </div>
  )
}
