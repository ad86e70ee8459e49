import { useEffect } from 'react'
import { togglePlay } from '@/state/player'
import { redoSelection, undoSelection } from '@/state/selection'

interface Actions {
  /** Take the track in focus into the selection, or out of it. */
  toggleTrack: () => void
  help: () => void
  /** Open or close the second map. */
  compare: () => void
  closeDrawer: () => void
}

const typing = (target: EventTarget | null) => target instanceof HTMLElement && target.closest('input:not([type=range]), textarea, select, [contenteditable]') !== null

/** A focused button keeps its own space key. */
const pressing = (target: EventTarget | null) => target instanceof HTMLElement && target.closest('button, a, summary, dialog') !== null

function focusSearch(): void {
  const input = document.querySelector<HTMLInputElement>('input[type=search]')
  input?.focus()
  input?.select()
}

const isUndo = (event: KeyboardEvent) => (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'z'

function undoByKey(event: KeyboardEvent): void {
  event.preventDefault()
  if (event.shiftKey) redoSelection()
  else undoSelection()
}

/** Keys that work wherever the focus is, except while typing. */
export function useShortcuts({ help, compare, closeDrawer, toggleTrack }: Actions): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || typing(event.target)) return
      if (isUndo(event)) return undoByKey(event)
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === '/') focusSearch()
      else if (event.key === '?') help()
      else if (event.key === ' ' && !pressing(event.target)) togglePlay()
      else if (event.key === 'x') toggleTrack()
      else if (event.key === 'c') compare()
      else if (event.key === 'Escape') return closeDrawer()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [help, compare, closeDrawer, toggleTrack])
}
