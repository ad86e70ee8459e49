/** TanStack Query hooks of playlists. */
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { changePlaylist, createPlaylist, deletePlaylist, getPlaylist, getPlaylists } from './client'
import type { Playlist, PlaylistChange, PlaylistTrack } from './types'

const LIST = ['playlists']
const keyOf = (id: number | null) => ['playlist', id]

export const usePlaylists = () => useQuery({ queryKey: LIST, queryFn: ({ signal }) => getPlaylists(signal) })

export const usePlaylist = (id: number | null) =>
  useQuery({ queryKey: keyOf(id), queryFn: ({ signal }) => getPlaylist(id as number, signal), enabled: id !== null, staleTime: 0 })

export interface PlaylistActions {
  create: (name: string, trackIds: readonly number[]) => Promise<Playlist>
  /** Seen at once; taken back when the server refuses. */
  rename: (playlist: Playlist, name: string) => Promise<void>
  rearrange: (playlist: Playlist, tracks: readonly PlaylistTrack[]) => Promise<void>
  append: (id: number, trackIds: readonly number[]) => Promise<Playlist>
  remove: (id: number) => Promise<void>
}

const refreshList = (client: QueryClient) => client.invalidateQueries({ queryKey: LIST })

async function keep(client: QueryClient, playlist: Playlist): Promise<Playlist> {
  client.setQueryData(keyOf(playlist.id), playlist)
  await refreshList(client)
  return playlist
}

async function change(client: QueryClient, before: Playlist, after: Playlist, sent: PlaylistChange): Promise<void> {
  client.setQueryData(keyOf(before.id), after)
  try {
    await changePlaylist(before.id, sent)
    await refreshList(client)
  } catch (error) {
    client.setQueryData(keyOf(before.id), before)
    throw error
  }
}

export function usePlaylistActions(): PlaylistActions {
  const client = useQueryClient()
  return useMemo(
    () => ({
      create: async (name, trackIds) => keep(client, await createPlaylist(name, trackIds)),
      rename: (playlist, name) => change(client, playlist, { ...playlist, name }, { name }),
      rearrange: (playlist, tracks) =>
        change(client, playlist, { ...playlist, tracks: [...tracks], n_tracks: tracks.length }, { track_ids: tracks.map((track) => track.track_id) }),
      append: async (id, trackIds) => {
        const { tracks } = await getPlaylist(id)
        return keep(client, await changePlaylist(id, { track_ids: [...tracks.map((track) => track.track_id), ...trackIds] }))
      },
      remove: async (id) => {
        await deletePlaylist(id)
        client.removeQueries({ queryKey: keyOf(id) })
        await refreshList(client)
      },
    }),
    [client],
  )
}
