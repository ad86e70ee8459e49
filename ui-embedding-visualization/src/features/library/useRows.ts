import { useRef, type KeyboardEvent } from 'react'
import type { Track } from '@/api/types'
import { flyToTrack } from '@/state/focus'
import { playQueue } from '@/state/player'
import { changeSelection, clearSelection, toggleSelected } from '@/state/selection'
import { changeView } from '@/state/view'

/** What the parts of a row do; index: of the row. */
export interface RowPress {
  focus: (index: number) => void
  play: (index: number) => void
  showOnMap: (index: number) => void
  toggle: (index: number) => void
  /** All rows from the one toggled last, or in focus, to this one. */
  extend: (index: number) => void
}

/** at: the row in focus, or -1. The queue is the table as it stands: next plays the row below. */
export function useRows(rows: readonly Track[], at: number): { press: RowPress; onKeyDown: (event: KeyboardEvent) => void } {
  const anchor = useRef<string | null>(null)
  const press: RowPress = {
    focus: (index) => changeView({ track: rows[index].filename, panel: 'track' }, 'amend'),
    play: (index) => {
      changeView({ track: rows[index].filename }, 'amend')
      playQueue(rows.map((track) => track.filename), rows[index].filename)
    },
    showOnMap: (index) => {
      changeView({ page: 'map', track: rows[index].filename, panel: 'track' })
      flyToTrack(rows[index].filename)
    },
    toggle: (index) => {
      anchor.current = rows[index].filename
      toggleSelected(rows[index].id)
    },
    extend: (index) => {
      const marked = rows.findIndex((track) => track.filename === anchor.current)
      const from = marked >= 0 ? marked : Math.max(0, at)
      anchor.current = rows[from].filename
      changeSelection(rows.slice(Math.min(from, index), Math.max(from, index) + 1).map((track) => track.id), 'add')
    },
  }
  return { press, onKeyDown: (event) => walk(event, rows, at, press) }
}

const PAGE_ROWS = 15

const STEPS: Record<string, (at: number, end: number) => number> = {
  ArrowDown: (at, end) => Math.min(end, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  PageDown: (at, end) => Math.min(end, at + PAGE_ROWS),
  PageUp: (at) => Math.max(0, at - PAGE_ROWS),
  Home: () => 0,
  End: (_, end) => end,
}

const ROW_KEYS: Record<string, (press: RowPress, at: number) => void> = {
  Enter: (press, at) => press.play(at),
  ' ': (press, at) => press.toggle(at),
  m: (press, at) => press.showOnMap(at),
}

/** Arrows walk, with Shift they select on the way; Space selects, Enter plays, m leads to the map. */
function walk(event: KeyboardEvent, rows: readonly Track[], at: number, press: RowPress): void {
  if (event.target !== event.currentTarget) return
  const control = event.ctrlKey || event.metaKey
  const step = STEPS[event.key]
  const act = control ? undefined : ROW_KEYS[event.key]
  if (step) walkTo(step(at, rows.length - 1), event.shiftKey, rows, press)
  else if (control && event.key === 'a') changeSelection(rows.map((track) => track.id))
  else if (event.key === 'Escape') clearSelection()
  else if (act && at >= 0) act(press, at)
  else return
  event.preventDefault()
  event.stopPropagation()
}

function walkTo(index: number, selecting: boolean, rows: readonly Track[], press: RowPress): void {
  if (selecting) press.extend(index)
  changeView({ track: rows[index].filename }, 'amend')
}
