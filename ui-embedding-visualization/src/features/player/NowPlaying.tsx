import type { Track } from '@/api/types'
import { Cover } from '@/components/Cover'
import { coverOf } from '@/domain/cover'
import { artistLabel, trackTitle } from '@/domain/track'
import { flyToTrack } from '@/state/focus'
import { usePlayer } from '@/state/player'
import { changeView } from '@/state/view'

interface NowPlayingProps {
  /** The track in the player; null before the first one. */
  track: Track | null
  /** On a phone: show the panel of the track. */
  onShowTrack: () => void
}

/** Cover, title, artist; a click shows where the track is. */
export function NowPlaying({ track, onShowTrack }: NowPlayingProps) {
  const error = usePlayer((state) => state.error)
  if (!track) return <p className="now-playing now-playing--empty">Pick a point on the map to hear it.</p>
  const show = () => {
    changeView({ track: track.filename })
    flyToTrack(track.filename)
    onShowTrack()
  }
  return (
    <button type="button" className="now-playing" onClick={show} title="Show on the map">
      <Cover {...coverOf(track, 50)} />
      <span>
        <strong>{trackTitle(track)}</strong>
        {error ? (
          <em className="now-playing__error" role="alert" title={error} data-testid="player-error">
            {error}
          </em>
        ) : (
          <em>{artistLabel(track)}</em>
        )}
      </span>
    </button>
  )
}
