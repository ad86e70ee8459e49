import { ListMusic, Plus } from 'lucide-react'
import { usePlaylists } from '@/api/playlistQueries'
import type { PlaylistSummary } from '@/api/types'
import { Skeleton } from '@/components/Face'
import { IconButton } from '@/components/IconButton'
import { countOf, formatTotal, joinKnown } from '@/domain/track'
import { offerPlaylist } from '@/state/playlistDraft'
import { changeView, useView } from '@/state/view'
import './playlists.css'

/** The left panel of the page of playlists: all of them, those changed last first. */
export function PlaylistList() {
  const { data, error, refetch } = usePlaylists()
  return (
    <section className="panel-section" aria-label="Playlists">
      <div className="playlist-head">
        <h2>Playlists</h2>
        <IconButton label="New playlist" onClick={() => offerPlaylist([])} testId="playlist-new">
          <Plus size={16} />
        </IconButton>
      </div>
      {data ? <Playlists playlists={data} /> : error ? <Problem message={error.message} retry={() => void refetch()} /> : <Skeletons />}
    </section>
  )
}

function Playlists({ playlists }: { playlists: readonly PlaylistSummary[] }) {
  const { playlist: open } = useView()
  if (playlists.length === 0) return <p className="hint">None yet. Select tracks on the map or in the library and save them, or start with an empty one.</p>
  return (
    <ul className="playlist-list">
      {playlists.map((playlist) => (
        <li key={playlist.id}>
          <button
            type="button"
            className="playlist-item"
            aria-current={playlist.id === open ? 'true' : undefined}
            onClick={() => changeView({ playlist: playlist.id })}
            data-testid="playlist-item"
          >
            <ListMusic size={15} aria-hidden />
            <span>
              <strong>{playlist.name}</strong>
              <em>{joinKnown(countOf(playlist.n_tracks, 'track'), formatTotal(playlist.duration))}</em>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Problem({ message, retry }: { message: string; retry: () => void }) {
  return (
    <div role="alert">
      <p className="hint">The playlists could not be loaded. {message}</p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

const Skeletons = () => (
  <div role="status" aria-label="Loading the playlists" className="playlist-skeletons">
    {[90, 70, 80].map((width) => (
      <Skeleton key={width} width={`${width}%`} height={32} />
    ))}
  </div>
)
