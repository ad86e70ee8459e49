import { ListPlus, Map as MapIcon, Play, X } from 'lucide-react'
import { useMemo } from 'react'
import type { Track } from '@/api/types'
import { FilterBox } from '@/components/FilterBox'
import { IconButton } from '@/components/IconButton'
import { countOf, formatCount, formatTotal } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { playQueue } from '@/state/player'
import { offerPlaylist } from '@/state/playlistDraft'
import { changeSelection, clearSelection } from '@/state/selection'
import { changeView, useView } from '@/state/view'

interface LibraryBarProps {
  /** What the filters leave. */
  rows: readonly Track[]
  /** How many tracks there are. */
  total: number
}

/** Above the table: the filter, what it leaves, and how to select all of that. */
export function LibraryBar({ rows, total }: LibraryBarProps) {
  const { find, selection } = useView()
  const seconds = useMemo(() => rows.reduce((sum, track) => sum + (track.duration ?? 0), 0), [rows])
  const count = rows.length < total ? `${formatCount(rows.length)} of ${countOf(total, 'track')}` : countOf(total, 'track')
  return (
    <div className="library-bar">
      <FilterBox label="Filter tracks, here and on the map" value={find} onChange={(words) => changeView({ find: words }, 'amend')} testId="library-filter" />
      <p data-testid="library-count">
        {count} · {formatTotal(seconds)}
      </p>
      {selection.length > 0 ? (
        <SelectedActions />
      ) : (
        <button type="button" className="button" onClick={() => changeSelection(rows.map((track) => track.id))} data-testid="select-all">
          Select these
        </button>
      )}
    </div>
  )
}

/** What can be done with the tracks that are selected, here or on the map. */
function SelectedActions() {
  const { selection } = useExplorer()
  return (
    <div className="library-bar__actions" role="group" aria-label={`${countOf(selection.length, 'track')} selected`} data-testid="library-selected">
      <strong>{formatCount(selection.length)} selected</strong>
      <IconButton label="Play the selected tracks" kind="framed" disabled={selection.length === 0} onClick={() => playQueue(selection.map((track) => track.filename))} testId="library-play">
        <Play size={14} fill="currentColor" strokeWidth={0} />
      </IconButton>
      <IconButton label="Save the selected tracks as a playlist" kind="framed" disabled={selection.length === 0} onClick={() => offerPlaylist(selection.map((track) => track.id))} testId="library-save">
        <ListPlus size={15} />
      </IconButton>
      <IconButton label="Show the selected tracks on the map" kind="framed" onClick={() => changeView({ page: 'map', panel: 'selection' })} testId="library-on-map">
        <MapIcon size={15} />
      </IconButton>
      <IconButton label="Clear the selection" kind="framed" onClick={clearSelection} testId="library-clear">
        <X size={15} />
      </IconButton>
    </div>
  )
}
