/** Short messages that come and go: what was done, with the way back, and what went wrong. */
import { create } from 'zustand'

export interface Notice {
  id: number
  text: string
  kind: 'info' | 'error'
  /** A way back, or onward. */
  action?: { label: string; run: () => void }
}

const LIFETIME_MS = 10_000

export const useNotices = create<{ notices: readonly Notice[] }>(() => ({ notices: [] }))

let lastId = 0

export const dismiss = (id: number): void => useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }))

export function notify(text: string, options: Partial<Pick<Notice, 'kind' | 'action'>> = {}): void {
  const notice: Notice = { id: ++lastId, text, kind: 'info', ...options }
  useNotices.setState(({ notices }) => ({ notices: [...notices, notice] }))
  window.setTimeout(() => dismiss(notice.id), LIFETIME_MS)
}

/** For promises nobody waits for: what went wrong is told. */
export const tellError = (error: unknown): void => notify(error instanceof Error ? error.message : String(error), { kind: 'error' })
