import { ListMusic, LoaderCircle, TriangleAlert } from 'lucide-react'
import { ApiError } from '@/api/client'
import { usePlaylist } from '@/api/playlistQueries'
import { Face } from '@/components/Face'
import { useMedia } from '@/state/theme'
import { changeView, useView } from '@/state/view'
import { PlaylistHead } from './PlaylistHead'
import { PlaylistList } from './PlaylistList'
import './playlists.css'
import { PlaylistTracks } from './PlaylistTracks'

/** A phone, where the left panel is out of sight. */
const SMALL = '(max-width: 759px)'

/** The middle of the screen: the playlist that is open. */
export function PlaylistPage() {
  const { playlist: id } = useView()
  const { data: playlist, error, refetch } = usePlaylist(id)
  const small = useMedia(SMALL)
  if (id === null) return small ? <ListInTheMiddle /> : <Invitation />
  if (playlist) {
    return (
      <div className="playlist-page" data-testid="playlist-page">
        {small && (
          <button type="button" className="link playlist-page__back" onClick={() => changeView({ playlist: null })} data-testid="playlist-all">
            All playlists
          </button>
        )}
        <PlaylistHead key={playlist.id} playlist={playlist} />
        {playlist.tracks.length > 0 ? <PlaylistTracks playlist={playlist} /> : <EmptyPlaylist />}
      </div>
    )
  }
  if (!error) return <Face icon={<LoaderCircle size={22} />} title="Opening the playlist…">{null}</Face>
  const missing = error instanceof ApiError && error.status === 404
  const action = missing ? { label: 'Show the others', onClick: () => changeView({ playlist: null }) } : { label: 'Try again', onClick: () => void refetch() }
  return (
    <Face icon={<TriangleAlert size={22} />} title={missing ? 'There is no such playlist' : 'The playlist could not be opened'} alert action={action} testId="playlist-error">
      <p>{missing ? 'It may have been deleted.' : error.message}</p>
    </Face>
  )
}

const ListInTheMiddle = () => (
  <div className="playlist-page playlist-page--list">
    <PlaylistList />
  </div>
)

function Invitation() {
  return (
    <Face icon={<ListMusic size={22} />} title="Take tracks along" testId="playlist-none" action={{ label: 'Select on the map', onClick: () => changeView({ page: 'map' }) }}>
      <p>
        Draw around tracks on the map or check them in the library, then save them as a playlist. Open one from the list to play it, put it in order and export it as M3U8, CSV or JSON.
      </p>
    </Face>
  )
}

function EmptyPlaylist() {
  return (
    <div className="playlist-empty">
      <Face icon={<ListMusic size={22} />} title="Nothing in it yet" action={{ label: 'Open the library', onClick: () => changeView({ page: 'library' }) }}>
        <p>Select tracks on the map or in the library and add them to this playlist.</p>
      </Face>
    </div>
  )
}
