import { LoaderCircle, Pause, Play, SkipBack, SkipForward } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import { togglePlay, usePlayer } from '@/state/player'

interface TransportProps {
  /** Go to the next (1) or previous (-1) visible track. */
  step: (by: 1 | -1) => void
  /** There is nothing to play. */
  disabled: boolean
}

/** Previous, play or pause, next. */
export function Transport({ step, disabled }: TransportProps) {
  const status = usePlayer((state) => state.status)
  const sounding = status === 'playing' || status === 'loading'
  return (
    <div className="transport">
      <IconButton label="Previous track" disabled={disabled} onClick={() => step(-1)} testId="previous-button">
        <SkipBack size={17} fill="currentColor" />
      </IconButton>
      <IconButton
        label={sounding ? 'Pause' : 'Play'}
        kind="accent"
        disabled={disabled}
        onClick={() => (status === 'idle' ? step(1) : togglePlay())}
        testId="play-button"
      >
        {status === 'loading' ? (
          <LoaderCircle size={17} className="transport__waiting" />
        ) : sounding ? (
          <Pause size={17} fill="currentColor" strokeWidth={0} />
        ) : (
          <Play size={17} fill="currentColor" strokeWidth={0} className="transport__play" />
        )}
      </IconButton>
      <IconButton label="Next track" disabled={disabled} onClick={() => step(1)} testId="next-button">
        <SkipForward size={17} fill="currentColor" />
      </IconButton>
    </div>
  )
}
