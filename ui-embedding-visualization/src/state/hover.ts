/** What the pointer is over on one of two maps, for the other one to show as well. */
import { create } from 'zustand'
import type { Side } from './view'

interface HoverState {
  /** File name; null: nothing. */
  track: string | null
  side: Side
}

export const useHover = create<HoverState>(() => ({ track: null, side: 'first' }))

export const setHovered = (track: string | null, side: Side): void => useHover.setState({ track, side })
