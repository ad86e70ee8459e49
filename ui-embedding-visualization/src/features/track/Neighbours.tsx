import { Play } from 'lucide-react'
import type { Hit, Track } from '@/api/types'
import { Skeleton } from '@/components/Face'
import { NearList } from '@/components/NearList'
import { formatDistance, nearRows } from '@/domain/hits'
import { findModel } from '@/domain/models'
import { countOf, formatDuration, trackTitle } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { useFalseNeighbours, useNearest } from '@/state/near'
import { playQueue, usePlayer } from '@/state/player'
import { offerPlaylist } from '@/state/playlistDraft'
import { changeView, useView } from '@/state/view'

/** The true neighbours of the track in focus, or of a moment of it, in what the model hears; the lines on the map lead to them. */
export function Neighbours({ track }: { track: Track }) {
  const { data, error } = useNearest()
  const { moment } = useView()
  const heading = useHeading()
  return (
    <section className="panel-section" aria-label="Neighbours" data-testid="neighbours">
      <div className="legend-head">
        <h2>{heading}</h2>
        {moment !== null && (
          <button type="button" className="link" onClick={() => changeView({ moment: null })} data-testid="whole-track">
            Whole track
          </button>
        )}
      </div>
      {error && <p className="hint">The neighbours could not be loaded: {error.message}</p>}
      {!data && !error && <Skeleton width="100%" height={140} />}
      {data?.length === 0 && <p className="hint">This model has not heard this track yet.</p>}
      {data && data.length > 0 && <Found hits={data} from={track.filename} />}
      {data && data.length > 0 && <Seeming />}
    </section>
  )
}

/** What the dashed lines on the map are. */
function Seeming() {
  const { query, findTrack } = useExplorer()
  const names = useFalseNeighbours(query)
  if (names.length === 0) return null
  const titles = names.map((name) => findTrack(name)).flatMap((track) => (track ? trackTitle(track) : []))
  return (
    <p className="hint seeming" data-testid="seeming" title={titles.join(', ')}>
      <i aria-hidden="true" /> {countOf(names.length, 'track')} that the map shows beside it {names.length === 1 ? 'is' : 'are'} not near in the model.
    </p>
  )
}

function useHeading(): string {
  const { models, query } = useExplorer()
  const { moment } = useView()
  const label = (models.data && query && findModel(models.data.models, query.model, query.variant)?.label) ?? 'this model'
  return moment === null ? `Nearest in ${label}` : `Like ${formatDuration(moment)} in ${label}`
}

interface FoundProps {
  /** Nearest first. */
  hits: readonly Hit[]
  /** File name of the track they are near to. */
  from: string
}

function Found({ hits, from }: FoundProps) {
  const { findTrack } = useExplorer()
  const playing = usePlayer((state) => state.track)
  const queue = [from, ...hits.map((hit) => hit.name)]
  const items = nearRows(hits, findTrack).map((row) => ({
    ...row,
    distance: formatDistance(row.distance),
    detail: row.moment === null ? row.detail : `at ${formatDuration(row.moment)} · ${row.detail}`,
    mark: row.hub,
  }))
  return (
    <>
      <div className="button-row">
        <button type="button" className="button" onClick={() => playQueue(queue)} data-testid="play-neighbours">
          <Play size={12} fill="currentColor" strokeWidth={0} aria-hidden /> Listen through
        </button>
        <button type="button" className="button" onClick={() => offerPlaylist(queue.flatMap((name) => findTrack(name)?.id ?? []))} data-testid="neighbours-to-playlist">
          To playlist
        </button>
      </div>
      <NearList items={items} current={playing} onPick={(name) => playQueue(queue, name)} label="Neighbours, nearest first" testId="neighbour" />
    </>
  )
}
