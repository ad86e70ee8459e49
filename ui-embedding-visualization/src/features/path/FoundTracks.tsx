import { Play } from 'lucide-react'
import type { Hit } from '@/api/types'
import { Skeleton } from '@/components/Face'
import { NearList } from '@/components/NearList'
import { formatDistance, nearRows } from '@/domain/hits'
import { useExplorer } from '@/state/explorer'
import { playQueue, usePlayer } from '@/state/player'
import { offerPlaylist } from '@/state/playlistDraft'
import { changeSelection } from '@/state/selection'

interface FoundTracksProps {
  /** In the order to be heard; undefined while they are being found. */
  hits: readonly Hit[] | undefined
  /** Why there are none. */
  error: Error | null
  /** What a screen reader says of the list. */
  label: string
  /** Hook for browser tests, of each row. */
  testId: string
}

/** Found tracks: to listen through, to select, to visit one by one. */
export function FoundTracks({ hits, error, label, testId }: FoundTracksProps) {
  const { findTrack } = useExplorer()
  const playing = usePlayer((state) => state.track)
  if (error) return <p className="hint">{error.message}</p>
  if (!hits) return <Skeleton width="100%" height={120} />
  if (hits.length === 0) return <p className="hint">This model has not heard all of these tracks yet.</p>
  const names = hits.map((hit) => hit.name)
  const ids = names.flatMap((name) => findTrack(name)?.id ?? [])
  return (
    <>
      <div className="button-row">
        <button type="button" className="button" onClick={() => playQueue(names)}>
          <Play size={12} fill="currentColor" strokeWidth={0} aria-hidden /> Listen through
        </button>
        <button type="button" className="button" onClick={() => changeSelection(ids)}>
          Select these
        </button>
        <button type="button" className="button" onClick={() => offerPlaylist(ids)} data-testid="found-to-playlist">
          To playlist
        </button>
      </div>
      <NearList
        items={nearRows(hits, findTrack).map((row) => ({ ...row, distance: formatDistance(row.distance), mark: row.hub }))}
        current={playing}
        onPick={(name) => playQueue(names, name)}
        label={label}
        testId={testId}
      />
    </>
  )
}
