import { TriangleAlert } from 'lucide-react'
import type { Track } from '@/api/types'
import { cellText, type Column } from '@/domain/columns'
import type { ExtractionState } from '@/domain/extractions'

export interface RowPress {
  focus: (index: number) => void
  play: (index: number) => void
  /** range: from the row checked before. */
  check: (index: number, checked: boolean, range: boolean) => void
}

interface TrackRowProps {
  track: Track
  /** Of the row, from 0. */
  index: number
  /** Of the element, for the grid's active descendant. */
  id: string
  /** From left to right. */
  columns: readonly Column[]
  /** What each model has made of it; null leaves the column out. */
  states: readonly ExtractionState[] | null
  /** The keyboard is here. */
  focused: boolean
  /** It is in the player. */
  playing: boolean
  /** It is in the selection. */
  selected: boolean
  /** A part of the row was pressed. */
  onPress: RowPress
}

/** A track in the library table: a click puts it in focus, a double click plays it. */
export function TrackRow({ track, index, id, columns, states, focused, playing, selected, onPress }: TrackRowProps) {
  return (
    <div
      id={id}
      className="table__row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-focused={focused || undefined}
      data-playing={playing || undefined}
      data-testid="library-row"
      data-key={track.filename}
      onClick={() => onPress.focus(index)}
      onDoubleClick={() => onPress.play(index)}
    >
      <span role="gridcell">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${cellText(columns[0], track)}`}
          checked={selected}
          onClick={(event) => {
            event.stopPropagation()
            onPress.check(index, !selected, event.shiftKey)
          }}
          readOnly
        />
      </span>
      {states && (
        <span role="gridcell" className="table__states">
          {track.status === 'error' ? <em title={track.error ?? undefined}>unreadable</em> : states.map((state) => <StateMark key={state.name} state={state} />)}
        </span>
      )}
      {columns.map((column) => (
        <span key={column.key} role="gridcell" className={column.numeric ? 'table__number' : column.key === 'title' ? 'table__title' : undefined} title={cellText(column, track)}>
          {column.key === 'title' && track.status === 'error' && <Unreadable reason={track.error} />}
          {cellText(column, track)}
        </span>
      ))}
    </div>
  )
}

function Unreadable({ reason }: { reason: string | null }) {
  const text = `This file could not be read${reason ? `: ${reason}` : ''}`
  return (
    <span className="table__problem" role="img" aria-label={text} title={text}>
      <TriangleAlert size={13} aria-hidden />
    </span>
  )
}

function StateMark({ state }: { state: ExtractionState }) {
  const text = state.failure !== null ? `${state.name} could not hear it: ${state.failure}` : `${state.name}: ${state.heard ? 'heard' : 'not heard yet'}`
  return <i role="img" aria-label={text} title={text} data-state={state.failure !== null ? 'failed' : state.heard ? 'heard' : 'waiting'} />
}
