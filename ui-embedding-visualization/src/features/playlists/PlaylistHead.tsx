import { Download, Play, SquareCheck, Trash2 } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { exportUrl } from '@/api/client'
import { usePlaylistActions } from '@/api/playlistQueries'
import { EXPORT_FORMATS, type Playlist } from '@/api/types'
import { countOf, formatTotal, joinKnown } from '@/domain/track'
import { notify, tellError } from '@/state/notices'
import { playQueue } from '@/state/player'
import { changeSelection } from '@/state/selection'
import { changeView } from '@/state/view'

interface PlaylistHeadProps {
  /** The playlist that is open. */
  playlist: Playlist
}

/** Name, sum, and what can be done with the whole. */
export function PlaylistHead({ playlist }: PlaylistHeadProps) {
  const present = playlist.tracks.filter((track) => !track.gone)
  const seconds = playlist.tracks.reduce((sum, track) => sum + (track.duration ?? 0), 0)
  const gone = playlist.tracks.length - present.length
  return (
    <header className="playlist-page__head">
      <NameField playlist={playlist} />
      <p data-testid="playlist-sum">{joinKnown(countOf(playlist.tracks.length, 'track'), formatTotal(seconds), gone > 0 ? `${gone} not there now` : null)}</p>
      <div className="button-row">
        <button type="button" className="button button--main" disabled={present.length === 0} onClick={() => playQueue(present.map((track) => track.filename))} data-testid="playlist-play">
          <Play size={13} fill="currentColor" strokeWidth={0} aria-hidden /> Play
        </button>
        <button type="button" className="button" disabled={present.length === 0} onClick={() => showOnMap(present.map((track) => track.track_id))} data-testid="playlist-on-map">
          <SquareCheck size={13} aria-hidden /> Show on the map
        </button>
        <span className="playlist-export" role="group" aria-label="Export">
          <Download size={13} aria-hidden />
          {EXPORT_FORMATS.map((format) => (
            <a key={format} href={exportUrl(playlist.id, format)} download data-testid={`playlist-export-${format}`}>
              {format.toUpperCase()}
            </a>
          ))}
        </span>
        <DeleteButton playlist={playlist} />
      </div>
    </header>
  )
}

function showOnMap(ids: number[]): void {
  changeSelection(ids)
  changeView({ page: 'map', panel: 'selection' })
}

/** Enter or leaving the field renames; Escape takes the text back. */
function NameField({ playlist }: PlaylistHeadProps) {
  const { rename } = usePlaylistActions()
  const [text, setText] = useState(playlist.name)
  const save = () => {
    const name = text.trim()
    if (name === '' || name === playlist.name) return setText(playlist.name)
    rename(playlist, name).catch((error: unknown) => {
      setText(playlist.name)
      tellError(error)
    })
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    event.currentTarget.querySelector('input')?.blur()
  }
  return (
    <form onSubmit={submit}>
      <input
        className="playlist-name"
        aria-label="Name of the playlist"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => event.key === 'Escape' && setText(playlist.name)}
        data-testid="playlist-name"
      />
    </form>
  )
}

/** No question is asked: what was deleted can be had back. */
function DeleteButton({ playlist }: PlaylistHeadProps) {
  const { remove, create } = usePlaylistActions()
  const undo = () => {
    create(playlist.name, playlist.tracks.map((track) => track.track_id))
      .then((restored) => changeView({ page: 'playlists', playlist: restored.id }))
      .catch(tellError)
  }
  const press = () => {
    changeView({ playlist: null }, 'amend')
    remove(playlist.id)
      .then(() => notify(`“${playlist.name}” is deleted.`, { action: { label: 'Undo', run: undo } }))
      .catch(tellError)
  }
  return (
    <button type="button" className="button" onClick={press} data-testid="playlist-delete">
      <Trash2 size={13} aria-hidden /> Delete
    </button>
  )
}
