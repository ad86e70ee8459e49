import { ListFilter } from 'lucide-react'
import type { Track } from '@/api/types'
import { countOf, formatCount, formatTotal } from '@/domain/track'
import { changeSelection } from '@/state/selection'
import { changeView, useView } from '@/state/view'

interface LibraryBarProps {
  /** What the filters leave. */
  rows: readonly Track[]
  /** How many tracks there are. */
  total: number
}

/** Above the table: the filter, what it leaves, and how to select all of that. */
export function LibraryBar({ rows, total }: LibraryBarProps) {
  const { find } = useView()
  const seconds = rows.reduce((sum, track) => sum + (track.duration ?? 0), 0)
  const count = rows.length < total ? `${formatCount(rows.length)} of ${countOf(total, 'track')}` : countOf(total, 'track')
  return (
    <div className="library-bar">
      <label className="filter-box">
        <ListFilter size={15} aria-hidden />
        <input
          type="text"
          value={find}
          placeholder="Filter by any words"
          aria-label="Filter tracks, here and on the map"
          spellCheck={false}
          onChange={(event) => changeView({ find: event.target.value }, 'amend')}
          data-testid="library-filter"
        />
      </label>
      <p data-testid="library-count">
        {count} · {formatTotal(seconds)}
      </p>
      <button type="button" className="button" onClick={() => changeSelection(rows.map((track) => track.id))} data-testid="select-all">
        Select these
      </button>
    </div>
  )
}
