import { useState, type FormEvent } from 'react'
import { usePlaylistActions, usePlaylists } from '@/api/playlistQueries'
import type { Playlist } from '@/api/types'
import { Dialog } from '@/components/Dialog'
import { Select } from '@/components/Select'
import { countOf } from '@/domain/track'
import { notify } from '@/state/notices'
import { closeDraft, usePlaylistDraft, type PlaylistDraft } from '@/state/playlistDraft'
import { changeView, getView } from '@/state/view'

const NEW = 'new'

/** Asks where tracks are to go: into a new playlist, or to the end of one there is. */
export function SavePlaylistDialog() {
  const { draft } = usePlaylistDraft()
  const title = draft && draft.trackIds.length > 0 ? `Save ${countOf(draft.trackIds.length, 'track')}` : 'New playlist'
  return (
    <Dialog title={title} open={draft !== null} onClose={closeDraft} testId="save-playlist">
      {draft && <DraftForm draft={draft} />}
    </Dialog>
  )
}

function DraftForm({ draft }: { draft: PlaylistDraft }) {
  const { create, append } = usePlaylistActions()
  const playlists = usePlaylists().data ?? []
  const [target, setTarget] = useState(NEW)
  const [name, setName] = useState(draft.name)
  const [problem, setProblem] = useState<string | null>(null)
  const options = [{ value: NEW, label: 'a new playlist' }, ...playlists.map(({ id, name: label }) => ({ value: String(id), label }))]
  const save = (event: FormEvent) => {
    event.preventDefault()
    const saved = target === NEW ? create(name.trim(), draft.trackIds) : append(Number(target), draft.trackIds)
    saved.then(finish).catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
  }
  return (
    <form className="save-playlist" onSubmit={save}>
      {draft.trackIds.length > 0 && playlists.length > 0 && <Select label="Add to" value={target} options={options} onChange={setTarget} wide testId="save-playlist-target" />}
      {target === NEW && (
        <input
          data-autofocus
          required
          maxLength={200}
          pattern=".*\S.*"
          value={name}
          placeholder="Name of the playlist"
          aria-label="Name of the playlist"
          onChange={(event) => setName(event.target.value)}
          data-testid="save-playlist-name"
        />
      )}
      {problem && (
        <p className="save-playlist__problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="button button--main" data-testid="save-playlist-submit">
        Save
      </button>
    </form>
  )
}

/** On the page of playlists it opens; elsewhere a person goes on, and is told the way. */
function finish(playlist: Playlist): void {
  closeDraft()
  const open = () => changeView({ page: 'playlists', playlist: playlist.id })
  if (getView().page === 'playlists') open()
  else notify(`Saved in “${playlist.name}”.`, { action: { label: 'Open', run: open } })
}
