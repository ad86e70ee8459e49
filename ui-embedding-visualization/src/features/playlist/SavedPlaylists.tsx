import { FilePlus2, Trash2 } from 'lucide-react'
import { useDeletePlaylist, usePlaylists } from '@/api/queries'
import { IconButton } from '@/components/IconButton'
import { formatCount } from '@/domain/track'
import { openPlaylist, startPlaylist, useDraft } from '@/state/playlist'

/** Playlists of the database: to open, to delete, and to start another. */
export function SavedPlaylists() {
  const saved = usePlaylists().data ?? []
  const current = useDraft((draft) => draft.id)
  const remove = useDeletePlaylist()
  const forget = (id: number) => remove.mutate(id, { onSuccess: () => id === current && startPlaylist() })
  return (
    <section className="panel-section" aria-label="Saved playlists">
      <div className="legend-head">
        <h2>Saved</h2>
        <IconButton label="Start another playlist" onClick={startPlaylist} testId="playlist-new">
          <FilePlus2 size={15} />
        </IconButton>
      </div>
      {saved.length === 0 && <p className="hint">None yet.</p>}
      <ul className="saved-playlists">
        {saved.map((playlist) => (
          <li key={playlist.id}>
            <button type="button" aria-current={playlist.id === current ? 'true' : undefined} onClick={() => openPlaylist(playlist)} data-testid="saved-playlist">
              <span>{playlist.name}</span>
              <em>{formatCount(playlist.tracks.length)}</em>
            </button>
            <IconButton label={`Delete ${playlist.name}`} onClick={() => forget(playlist.id)}>
              <Trash2 size={14} />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  )
}
