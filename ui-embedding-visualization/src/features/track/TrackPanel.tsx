import { useMemo } from 'react'
import type { Track } from '@/api/types'
import { Facts } from '@/components/Facts'
import { Cover } from '@/components/Cover'
import { MediaRow } from '@/components/MediaRow'
import { coverOf } from '@/domain/cover'
import { compareTracks } from '@/domain/order'
import { artistLabel, formatDuration, genreLabel, joinKnown, trackTitle } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { visit } from '@/state/focus'
import { useView } from '@/state/view'
import { LibrarySummary } from './LibrarySummary'
import { Neighbours } from './Neighbours'
import './track.css'
import { TrackActions } from './TrackActions'

/** The right panel: the selected track, or the library while nothing is selected. */
export function TrackPanel() {
  const { findTrack, indexOf, points, tracks } = useExplorer()
  const { track: name } = useView()
  const track = findTrack(name) ?? (name === null ? null : (points.data?.tracks()[indexOf(name)] ?? null))
  return (
    <div className="track-panel" data-testid="track-panel">
      {track ? <TrackCard track={track} absent={points.data !== undefined && !points.waiting && indexOf(track.filename) < 0} library={tracks.data ?? []} /> : <LibrarySummary missing={tracks.data ? name : null} />}
    </div>
  )
}

interface TrackCardProps {
  /** The selected track. */
  track: Track
  /** The map on screen does not have this track. */
  absent: boolean
  /** All tracks. */
  library: readonly Track[]
}

function TrackCard({ track, absent, library }: TrackCardProps) {
  return (
    <>
      <div className="track-head">
        <Cover {...coverOf(track, 72)} />
        <div>
          <h2 data-testid="track-title">{trackTitle(track)}</h2>
          <p>{artistLabel(track)}</p>
          <p>{joinKnown(track.album, track.year)}</p>
        </div>
      </div>
      <div className="chips">
        <span>{genreLabel(track.genre)}</span>
        {track.filename.includes('.') && <span>{(track.filename.split('.').pop() ?? '').toUpperCase()}</span>}
      </div>
      {track.status === 'error' && (
        <p className="track-problem" role="alert">
          This file could not be read{track.error ? `: ${track.error}` : '.'}
        </p>
      )}
      {absent && <p className="hint">The model has not heard this track, so the map on screen does not show it.</p>}
      <TrackActions track={track} />
      <Neighbours track={track} />
      <TrackFacts track={track} />
      <SameArtist track={track} library={library} />
    </>
  )
}

function TrackFacts({ track }: { track: Track }) {
  const facts: [string, string | null][] = [
    ['Length', formatDuration(track.duration)],
    ['Track', track.track_number === null ? null : String(track.track_number)],
    ['File', track.filename],
  ]
  return <Facts facts={facts} />
}

const MAX_LISTED = 12

/** In the order of a shelf. */
const sameArtist = ({ artist, filename }: Track, library: readonly Track[]): Track[] =>
  artist === null ? [] : library.filter((other) => other.artist === artist && other.filename !== filename && other.status === 'ok').sort(compareTracks)

/** Known from the tags, not from a model. */
function SameArtist({ track, library }: { track: Track; library: readonly Track[] }) {
  const others = useMemo(() => sameArtist(track, library), [track, library])
  if (others.length === 0) return null
  return (
    <section className="panel-section">
      <h2>More by {track.artist}</h2>
      <ul className="track-list">
        {others.slice(0, MAX_LISTED).map((other) => (
          <li key={other.filename}>
            <MediaRow
              cover={coverOf(other, 30)}
              title={trackTitle(other)}
              detail={joinKnown(other.album, other.year)}
              aside={formatDuration(other.duration)}
              onClick={() => visit(other.filename)}
            />
          </li>
        ))}
      </ul>
      {others.length > MAX_LISTED && <p className="hint">and {others.length - MAX_LISTED} more</p>}
    </section>
  )
}
