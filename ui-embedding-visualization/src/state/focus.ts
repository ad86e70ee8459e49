/** "Show me this track": said by the search and the track panel, heard by the map. */
import { create } from 'zustand'
import { play } from './player'
import { changeView } from './view'

interface FocusState {
  /** File name, and a number that grows with every wish, so that the same wish can be said twice. */
  wish: { track: string; serial: number } | null
}

export const useFocus = create<FocusState>(() => ({ wish: null }))

export const flyToTrack = (track: string): void => useFocus.setState(({ wish }) => ({ wish: { track, serial: (wish?.serial ?? 0) + 1 } }))

/** Focus a track, fly to it and play it. */
export function visit(track: string): void {
  changeView({ track })
  flyToTrack(track)
  play(track)
}
