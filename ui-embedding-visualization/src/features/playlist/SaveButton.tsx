import { Save } from 'lucide-react'
import { useSavePlaylist } from '@/api/queries'
import { openPlaylist, useDraft } from '@/state/playlist'

/** Gives the playlist to the server, and says when that did not work. */
export function SaveButton() {
  const draft = useDraft()
  const save = useSavePlaylist()
  const nameless = draft.name.trim() === ''
  const press = () => save.mutate({ id: draft.id, name: draft.name, tracks: draft.tracks }, { onSuccess: openPlaylist })
  return (
    <>
      <button type="button" className="button" disabled={!draft.changed || nameless || save.isPending} onClick={press} data-testid="playlist-save">
        <Save size={13} aria-hidden /> {draft.changed || draft.id === null ? 'Save' : 'Saved'}
      </button>
      {save.error && (
        <p className="track-problem" role="alert">
          {save.error.message}
        </p>
      )}
    </>
  )
}
