import { useEffect } from 'react'
import { togglePlay } from '@/state/player'

interface Actions {
  help: () => void
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

/** Keys that work wherever the focus is, except while typing. */
export function useShortcuts({ help, closeDrawer }: Actions): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
      if (event.key === '/') focusSearch()
      else if (event.key === '?') help()
      else if (event.key === ' ' && !pressing(event.target)) togglePlay()
      else if (event.key === 'Escape') return closeDrawer()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [help, closeDrawer])
}
