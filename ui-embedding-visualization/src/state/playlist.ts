/** The playlist in the making. It outlives a reload; saving gives it to the server. */
import { create } from 'zustand'
import type { Playlist } from '@/api/types'
import { moveEntry } from '@/domain/playlist'

const STORAGE_KEY = 'melodex-playlist'

export interface Draft {
  /** null: not saved yet. */
  id: number | null
  name: string
  /** File names, in order. */
  tracks: readonly string[]
  /** Something has changed since it was saved. */
  changed: boolean
}

const EMPTY: Draft = { id: null, name: 'New playlist', tracks: [], changed: false }

function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && 'name' in value && 'tracks' in value && Array.isArray(value.tracks)
}

/** What a browser keeps may be anything. */
function keptDraft(): Draft {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(STORAGE_KEY) ?? 'null')
    return isDraft(kept) ? { ...EMPTY, ...kept } : EMPTY
  } catch (error) {
    if (error instanceof SyntaxError) return EMPTY
    throw error
  }
}

export const useDraft = create<Draft>(keptDraft)

useDraft.subscribe((draft) => window.localStorage.setItem(STORAGE_KEY, JSON.stringify(draft)))

const change = (patch: (draft: Draft) => Partial<Draft>): void => useDraft.setState((draft) => ({ ...patch(draft), changed: true }))

/** At the end; a track that is in it already is not added again. */
export const addToPlaylist = (tracks: readonly string[]): void =>
  change((draft) => ({ tracks: [...draft.tracks, ...tracks.filter((track) => !draft.tracks.includes(track))] }))
export const removeFromPlaylist = (at: number): void => change(({ tracks }) => ({ tracks: tracks.filter((_, i) => i !== at) }))
export const renamePlaylist = (name: string): void => change(() => ({ name }))

export function moveInPlaylist(from: number, to: number): void {
  const { tracks } = useDraft.getState()
  if (from !== to && to >= 0 && to < tracks.length) change(() => ({ tracks: moveEntry(tracks, from, to) }))
}

export const startPlaylist = (): void => useDraft.setState(EMPTY)
export const openPlaylist = ({ id, name, tracks }: Playlist): void => useDraft.setState({ id, name, tracks, changed: false })
