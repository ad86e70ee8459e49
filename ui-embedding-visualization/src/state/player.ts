/** What sounds. One <audio> element does the work; this store tells it what to do and repeats what it says. */
import { create } from 'zustand'
import { audioUrl, findAudioProblem } from '@/api/client'

type PlayerStatus = 'idle' | 'loading' | 'playing' | 'paused' | 'error'

export type Repeat = 'off' | 'all' | 'one'

interface PlayerState {
  /** File name of the track in the player. */
  track: string | null
  status: PlayerStatus
  /** Seconds. */
  time: number
  /** Seconds; 0 until known. What decodes, as the server measured it; the browser's figure until the server has answered. */
  duration: number
  /** 0 … 1. */
  volume: number
  muted: boolean
  error: string | null
  /** At the end of a track: go on to the end of the list, around it, or play the same again. */
  repeat: Repeat
  /** Tracks to be heard in this order, such as neighbours; null: the order of the map. */
  queue: readonly string[] | null
}

const INITIAL: PlayerState = { track: null, status: 'idle', time: 0, duration: 0, volume: 0.9, muted: false, error: null, repeat: 'off', queue: null }

export const usePlayer = create<PlayerState>(() => INITIAL)

const set = usePlayer.setState
const get = usePlayer.getState
let audio: HTMLAudioElement | null = null
/** Seconds of the track in the player, by the server; 0 until known. Browsers repeat the header, which can be wrong. */
let measured = 0

const LISTENERS: Partial<Record<keyof HTMLMediaElementEventMap, (element: HTMLAudioElement) => void>> = {
  playing: () => set({ status: 'playing', error: null }),
  waiting: () => set({ status: 'loading' }),
  pause: () => set(({ status }) => ({ status: status === 'error' ? status : 'paused' })),
  timeupdate: (element) => set({ time: element.currentTime }),
  seeking: (element) => set({ time: element.currentTime }),
  durationchange: (element) => set({ duration: measured || finiteOrZero(element.duration) }),
  volumechange: (element) => set({ volume: element.volume, muted: element.muted }),
  error: () => void explainError(),
}

const finiteOrZero = (seconds: number): number => (Number.isFinite(seconds) ? seconds : 0)

/** Waveform, tags and playhead share one time axis: as long as what the server decoded. seconds: null while unknown. */
export function setMeasuredDuration(track: string | null, seconds: number | null): void {
  if (track === null || get().track !== track || !seconds) return
  measured = seconds
  set({ duration: seconds })
}

/** Give the store its element; returns how to take it back. */
export function attachAudio(element: HTMLAudioElement): () => void {
  const ending = new AbortController()
  audio = element
  element.volume = get().volume
  for (const [name, listen] of Object.entries(LISTENERS)) {
    element.addEventListener(name, () => listen(element), { signal: ending.signal })
  }
  return () => {
    ending.abort()
    audio = null
  }
}

/** The element only says that it failed; the server may say why. */
async function explainError(): Promise<void> {
  const { track } = get()
  if (!track) return
  const problem = await findAudioProblem(track)
  if (get().track !== track) return
  set({ status: 'error', error: problem ?? `Your browser cannot play this file (.${track.split('.').pop() ?? ''}).` })
}

function load(track: string, status: PlayerStatus): void {
  measured = 0
  set({ track, status, time: 0, duration: 0, error: null })
  if (audio) audio.src = audioUrl(track)
}

/** Start to play a track, or go on with it if it is the one in the player. */
export function play(track: string): void {
  if (get().track !== track || get().status === 'error') load(track, 'loading')
  resume()
}

/** Put a track into the player without a sound. */
export function cue(track: string): void {
  if (get().track !== track) load(track, 'paused')
}

/** A browser that refuses to start by itself leaves the track ready to play. */
function resume(): void {
  audio?.play()?.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'NotAllowedError') set({ status: 'paused' })
  })
}

export function togglePlay(): void {
  const { track, status } = get()
  if (!track) return
  if (status === 'error') play(track)
  else if (status === 'playing' || status === 'loading') audio?.pause()
  else resume()
}

/** Play a list in its order, from one of its tracks. */
export function playQueue(queue: readonly string[], from = queue[0]): void {
  if (queue.length === 0) return
  set({ queue })
  play(from)
}

export const setRepeat = (repeat: Repeat): void => set({ repeat })

/** Play the same track again, from its beginning. */
export function playAgain(): void {
  seek(0)
  resume()
}

/** Seconds, to the frame: the store is told only a few times a second. */
export const currentTime = (): number => audio?.currentTime ?? 0

/** seconds from the beginning. */
export function seek(seconds: number): void {
  if (!audio || !get().track) return
  audio.currentTime = Math.min(Math.max(0, seconds), get().duration || seconds)
}

export const skip = (seconds: number): void => seek(get().time + seconds)

export function setVolume(volume: number): void {
  if (!audio) return
  audio.volume = Math.min(1, Math.max(0, volume))
  audio.muted = false
}

export function toggleMute(): void {
  if (audio) audio.muted = !audio.muted
}
