import { LocateFixed, X } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import { Cover } from '@/components/Cover'
import { coverOf } from '@/domain/cover'
import { trackTitle } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { useView } from '@/state/view'

interface TrackSlotProps {
  /** What the place is for: `From`. */
  label: string
  /** File name of what is in it; null while it is empty. */
  value: string | null
  /** Another track was put in, or the one in it taken out (null). */
  onChange: (value: string | null) => void
  /** Hook for browser tests. */
  testId: string
}

/** A place for one track: filled with the track in focus. */
export function TrackSlot({ label, value, onChange, testId }: TrackSlotProps) {
  const { findTrack } = useExplorer()
  const { track: focused } = useView()
  const track = findTrack(value)
  return (
    <div className="track-slot" data-testid={testId}>
      <span className="track-slot__label">{label}</span>
      {track ? (
        <>
          <Cover {...coverOf(track, 24)} />
          <span className="track-slot__title">{trackTitle(track)}</span>
          <IconButton label={`Take out ${trackTitle(track)}`} onClick={() => onChange(null)}>
            <X size={14} />
          </IconButton>
        </>
      ) : (
        <button type="button" className="track-slot__empty" disabled={focused === null} onClick={() => onChange(focused)}>
          <LocateFixed size={14} aria-hidden /> {focused === null ? 'Pick a track on the map' : `Use “${nameOf(focused, findTrack)}”`}
        </button>
      )}
    </div>
  )
}

const nameOf = (filename: string, findTrack: ReturnType<typeof useExplorer>['findTrack']): string => {
  const track = findTrack(filename)
  return track ? trackTitle(track) : filename
}
