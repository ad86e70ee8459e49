import { artistLabel, genreLabel, trackTitle } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { useView } from '@/state/view'

/** Says the selected track to a screen reader: the map itself is a picture. */
export function Announcer() {
  const { findTrack } = useExplorer()
  const track = findTrack(useView().track)
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {track && `${trackTitle(track)} by ${artistLabel(track)}, ${genreLabel(track.genre)}`}
    </p>
  )
}
