import { ListMusic, Play } from 'lucide-react'
import type { Track } from '@/api/types'
import { countOf, formatTotal, trackOfPoint } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { playQueue } from '@/state/player'
import { renamePlaylist, useDraft } from '@/state/playlist'
import { ExportMenu } from './ExportMenu'
import { PlaylistTracks } from './PlaylistTracks'
import './playlist.css'
import { SavedPlaylists } from './SavedPlaylists'
import { SaveButton } from './SaveButton'

/** The right panel for the playlist in the making, and those that are saved. */
export function PlaylistPanel() {
  const { findTrack } = useExplorer()
  const { name, tracks: names } = useDraft()
  const tracks = names.map((filename) => findTrack(filename) ?? trackOfPoint(filename, ''))
  const seconds = tracks.reduce((sum, track) => sum + (track.duration ?? 0), 0)
  return (
    <div className="playlist-panel" data-testid="playlist-panel">
      <input className="playlist-name" aria-label="Name of the playlist" value={name} maxLength={200} onChange={(event) => renamePlaylist(event.target.value)} data-testid="playlist-name" />
      {tracks.length === 0 ? (
        <EmptyPlaylist />
      ) : (
        <>
          <p className="playlist-sum" data-testid="playlist-count">
            {countOf(tracks.length, 'track')}, {formatTotal(seconds)}
          </p>
          <Actions tracks={tracks} />
          <PlaylistTracks tracks={tracks} />
        </>
      )}
      <SavedPlaylists />
    </div>
  )
}

function Actions({ tracks }: { tracks: readonly Track[] }) {
  return (
    <>
      <div className="button-row">
        <button type="button" className="button button--main" onClick={() => playQueue(tracks.map((track) => track.filename))}>
          <Play size={13} fill="currentColor" strokeWidth={0} aria-hidden /> Play
        </button>
        <SaveButton />
      </div>
      <ExportMenu tracks={tracks} />
    </>
  )
}

function EmptyPlaylist() {
  return (
    <div className="invitation">
      <h2>
        <ListMusic size={15} aria-hidden /> Make a playlist
      </h2>
      <p>Add a track from its panel, or a whole selection, neighbourhood or path. Then put them in order, save, and take them along as M3U8, CSV or JSON.</p>
    </div>
  )
}
