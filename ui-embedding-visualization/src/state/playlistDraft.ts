/** "Make a playlist of these": said anywhere, heard by the dialog that asks for a name. */
import { create } from 'zustand'

export interface PlaylistDraft {
  trackIds: readonly number[]
  /** What the name field begins with. */
  name: string
}

export const usePlaylistDraft = create<{ draft: PlaylistDraft | null }>(() => ({ draft: null }))

export const offerPlaylist = (trackIds: readonly number[], name = ''): void => usePlaylistDraft.setState({ draft: { trackIds, name } })
export const closeDraft = (): void => usePlaylistDraft.setState({ draft: null })
