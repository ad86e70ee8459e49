import { Map as MapIcon, Play, TriangleAlert } from 'lucide-react'
import type { MouseEvent } from 'react'
import type { Track } from '@/api/types'
import { IconButton } from '@/components/IconButton'
import { cellText, COLUMNS, type Column } from '@/domain/columns'
import type { ExtractionState } from '@/domain/extractions'
import type { RowPress } from './useRows'

interface TrackRowProps {
  track: Track
  /** Of the row, from 0. */
  index: number
  /** Of the element, for the grid's active descendant. */
  id: string
  /** From left to right. */
  columns: readonly Column[]
  /** What each model has made of it; null: a phone, without that column and without buttons. */
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

/** A track in the library table: a click puts it in focus, with Ctrl or Shift it selects, a double click plays. */
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
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
      onClick={(event) => pressRow(event, index, onPress)}
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
            if (event.shiftKey) onPress.extend(index)
            else onPress.toggle(index)
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
      {states && <RowActions track={track} index={index} onPress={onPress} />}
    </div>
  )
}

function pressRow(event: MouseEvent, index: number, press: RowPress): void {
  if (event.shiftKey) press.extend(index)
  else if (event.ctrlKey || event.metaKey) press.toggle(index)
  else press.focus(index)
}

/** For the pointer; the keyboard has Enter and m. */
function RowActions({ track, index, onPress }: Pick<TrackRowProps, 'track' | 'index' | 'onPress'>) {
  const title = cellText(COLUMNS[0], track)
  return (
    <span role="gridcell" className="table__actions" onClick={(event) => event.stopPropagation()} onDoubleClick={(event) => event.stopPropagation()}>
      {track.status === 'ok' && (
        <>
          <IconButton label={`Play ${title} (Enter)`} outOfTabOrder onClick={() => onPress.play(index)} testId="row-play">
            <Play size={14} fill="currentColor" strokeWidth={0} />
          </IconButton>
          <IconButton label={`Show ${title} on the map (m)`} outOfTabOrder onClick={() => onPress.showOnMap(index)} testId="row-map">
            <MapIcon size={14} />
          </IconButton>
        </>
      )}
    </span>
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
