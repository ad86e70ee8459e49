import { useMemo } from 'react'
import { useExtractions } from '@/api/queries'
import type { Track } from '@/api/types'
import { VirtualList } from '@/components/VirtualList'
import { COLUMNS } from '@/domain/columns'
import { extractionStates } from '@/domain/extractions'
import { useExplorer } from '@/state/explorer'
import { usePlayer } from '@/state/player'
import { useMedia } from '@/state/theme'
import { useView } from '@/state/view'
import { TableHead } from './TableHead'
import { TrackRow } from './TrackRow'
import { useRows } from './useRows'

const ROW_PIXELS = 36
const NO_EXTRACTIONS: never[] = []

/** The tracks as rows; the keyboard's row is the track in focus. */
export function LibraryTable({ rows }: { rows: readonly Track[] }) {
  const { track: focused } = useView()
  const { selected } = useExplorer()
  const playing = usePlayer((state) => state.track)
  const small = useMedia('(max-width: 759px)')
  const extractions = useExtractions().data ?? NO_EXTRACTIONS
  const stateOf = useMemo(() => extractionStates(extractions), [extractions])
  const columns = useMemo(() => COLUMNS.filter((column) => !small || column.essential), [small])
  const at = rows.findIndex((track) => track.filename === focused)
  const { press, onKeyDown } = useRows(rows, at)
  const layout = `20px ${small ? '' : '76px '}${columns.map((column) => column.width).join(' ')}${small ? '' : ' 64px'}`

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
      onKeyDown={onKeyDown}
      data-testid="library-table"
    >
      <VirtualList
        head={{ node: <TableHead columns={columns} rows={rows} small={small} />, height: ROW_PIXELS }}
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
