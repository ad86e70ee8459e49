import { useMemo, useRef, type KeyboardEvent } from 'react'
import { useExtractions } from '@/api/queries'
import type { Track } from '@/api/types'
import { VirtualList } from '@/components/VirtualList'
import { COLUMNS } from '@/domain/columns'
import { extractionStates } from '@/domain/extractions'
import { playQueue, usePlayer } from '@/state/player'
import { changeSelection } from '@/state/selection'
import { useMedia } from '@/state/theme'
import { changeView, useView } from '@/state/view'
import { TableHead } from './TableHead'
import { TrackRow, type RowPress } from './TrackRow'

const ROW_PIXELS = 36
const NO_EXTRACTIONS: never[] = []

/** The tracks as rows; the keyboard's row is the track in focus. */
export function LibraryTable({ rows }: { rows: readonly Track[] }) {
  const { track: focused, selection } = useView()
  const playing = usePlayer((state) => state.track)
  const small = useMedia('(max-width: 759px)')
  const extractions = useExtractions().data ?? NO_EXTRACTIONS
  const stateOf = useMemo(() => extractionStates(extractions), [extractions])
  const selected = useMemo(() => new Set(selection), [selection])
  const columns = useMemo(() => COLUMNS.filter((column) => !small || column.essential), [small])
  const press = useRowPresses(rows)
  const at = rows.findIndex((track) => track.filename === focused)
  const layout = `20px ${small ? '' : '76px '}${columns.map((column) => column.width).join(' ')}`

  return (
    <div
      className="table"
      role="grid"
      aria-label="Library"
      aria-rowcount={rows.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={at >= 0 ? rowId(rows[at]) : undefined}
      tabIndex={0}
      style={{ '--columns': layout } as React.CSSProperties}
      onKeyDown={(event) => walk(event, rows, at)}
      data-testid="library-table"
    >
      <TableHead columns={columns} rows={rows} withStatus={!small} />
      <VirtualList
        tabular
        count={rows.length}
        rowHeight={ROW_PIXELS}
        keyOf={(index) => rows[index].id}
        reveal={at}
        renderRow={(index) => (
          <TrackRow
            track={rows[index]}
            index={index}
            id={rowId(rows[index])}
            columns={columns}
            states={small ? null : stateOf(rows[index].id)}
            focused={index === at}
            playing={rows[index].filename === playing}
            selected={selected.has(rows[index].id)}
            onPress={press}
          />
        )}
      />
    </div>
  )
}

const rowId = (track: Track) => `track-${track.id}`

/** A check selects; with Shift, everything from the last one checked. */
function useRowPresses(rows: readonly Track[]): RowPress {
  const last = useRef(-1)
  return {
    focus: (index) => changeView({ track: rows[index].filename, panel: 'track' }, 'amend'),
    play: (index) => playQueue(rows.map((track) => track.filename), rows[index].filename),
    check: (index, checked, range) => {
      const [from, to] = range && last.current >= 0 ? [Math.min(last.current, index), Math.max(last.current, index)] : [index, index]
      last.current = index
      changeSelection(rows.slice(from, to + 1).map((track) => track.id), checked ? 'add' : 'subtract')
    },
  }
}

const STEPS: Record<string, (at: number, end: number) => number> = {
  ArrowDown: (at, end) => Math.min(end, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  PageDown: (at, end) => Math.min(end, at + 15),
  PageUp: (at) => Math.max(0, at - 15),
  Home: () => 0,
  End: (_, end) => end,
}

function walk(event: KeyboardEvent, rows: readonly Track[], at: number): void {
  if (event.target !== event.currentTarget) return
  const step = STEPS[event.key]
  if (step) changeView({ track: rows[step(at, rows.length - 1)].filename }, 'amend')
  else if (event.key === 'Enter' && at >= 0) playQueue(rows.map((track) => track.filename), rows[at].filename)
  else return
  event.preventDefault()
  event.stopPropagation()
}
