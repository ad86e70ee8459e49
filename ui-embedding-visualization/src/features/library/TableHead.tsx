import { ArrowDown, ArrowUp } from 'lucide-react'
import { useMemo } from 'react'
import type { Track } from '@/api/types'
import { formatSort, nextSort, parseSort, type Column } from '@/domain/columns'
import { useExplorer } from '@/state/explorer'
import { changeSelection } from '@/state/selection'
import { changeView, useView } from '@/state/view'

interface TableHeadProps {
  /** From left to right. */
  columns: readonly Column[]
  /** What the check in the corner selects. */
  rows: readonly Track[]
  /** On a phone: without what the models have heard, and without buttons. */
  small: boolean
}

/** Headings: a click sorts. */
export function TableHead({ columns, rows, small }: TableHeadProps) {
  const { sort: text } = useView()
  const { selected } = useExplorer()
  const sort = parseSort(text)
  const all = useMemo(() => rows.length > 0 && rows.length <= selected.size && rows.every((track) => selected.has(track.id)), [rows, selected])
  return (
    <div className="table__head" role="rowgroup">
      <div className="table__row" role="row" aria-rowindex={1}>
        <span role="columnheader">
          <input
            type="checkbox"
            aria-label="Select all rows"
            checked={all}
            onChange={(event) => changeSelection(rows.map((track) => track.id), event.target.checked ? 'add' : 'subtract')}
          />
        </span>
        {!small && <span role="columnheader">Heard by</span>}
        {columns.map((column) => {
          const sorted = sort?.key === column.key ? (sort.descending ? 'descending' : 'ascending') : 'none'
          return (
            <span key={column.key} role="columnheader" aria-sort={sorted} className={column.numeric ? 'table__number' : undefined}>
              <button type="button" onClick={() => changeView({ sort: formatSort(nextSort(sort, column.key)) }, 'amend')} data-testid={`sort-${column.key}`}>
                {column.label}
                {sorted === 'ascending' && <ArrowUp size={12} aria-hidden />}
                {sorted === 'descending' && <ArrowDown size={12} aria-hidden />}
              </button>
            </span>
          )
        })}
        {!small && <span role="columnheader" aria-label="Play, show on the map" />}
      </div>
    </div>
  )
}
