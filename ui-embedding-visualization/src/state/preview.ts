/** Hearing what the pointer is over, without a click: a second, quiet voice that makes the player wait. */
import { create } from 'zustand'
import { audioUrl } from '@/api/client'
import { togglePlay, usePlayer } from './player'

const STORAGE_KEY = 'melodex-preview'
/** A pointer on its way elsewhere starts nothing. */
const DELAY_MS = 220

interface PreviewState {
  /** Points under the pointer sound. */
  on: boolean
  /** File name of what is heard in advance. */
  track: string | null
}

export const usePreview = create<PreviewState>(() => ({ on: window.localStorage.getItem(STORAGE_KEY) === 'on', track: null }))

let voice: HTMLAudioElement | null = null
let timer = 0
/** What the pointer is still over. */
let wanted: string | null = null
let interrupted = false

export function switchPreview(on: boolean): void {
  window.localStorage.setItem(STORAGE_KEY, on ? 'on' : 'off')
  if (!on) stopPreview()
  usePreview.setState({ on })
}

/** Play a track after a moment. findStart: asked only then; seconds, null where nothing is known: from the start. */
export function startPreview(track: string, findStart: (track: string) => Promise<number | null>): void {
  if (!usePreview.getState().on) return
  window.clearTimeout(timer)
  wanted = track
  timer = window.setTimeout(() => {
    void findStart(track)
      .catch(() => null)
      .then((start) => {
        if (wanted === track) sound(track, start ?? 0)
      })
  }, DELAY_MS)
}

function sound(track: string, from: number): void {
  const { track: current, status, volume, muted } = usePlayer.getState()
  if (track === current && status === 'playing') return
  if (status === 'playing') {
    interrupted = true
    togglePlay()
  }
  voice ??= new Audio()
  Object.assign(voice, { src: `${audioUrl(track)}#t=${from.toFixed(1)}`, volume, muted })
  usePreview.setState({ track })
  // Refused before the first click on the page: then there is nothing to hear yet.
  voice.play().catch(() => usePreview.setState({ track: null }))
}

/** The player goes on where it was interrupted. */
export function stopPreview(): void {
  window.clearTimeout(timer)
  wanted = null
  if (usePreview.getState().track === null) return
  voice?.pause()
  usePreview.setState({ track: null })
  if (interrupted && usePlayer.getState().status === 'paused') togglePlay()
  interrupted = false
}
