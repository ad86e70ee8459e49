import { LoaderCircle, Pause, Play, Repeat, Repeat1, SkipBack, SkipForward } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import { formatDuration } from '@/domain/track'
import { setRepeat, togglePlay, usePlayer, type Repeat as RepeatMode } from '@/state/player'

interface TransportProps {
  /** Go to the next (1) or previous (-1) track of the list. */
  step: (by: 1 | -1) => void
  /** There is nothing to play. */
  disabled: boolean
}

/** Repeat, previous, play or pause, next, and the time. */
export function Transport({ step, disabled }: TransportProps) {
  return (
    <div className="transport">
      <RepeatButton />
      <IconButton label="Previous track" disabled={disabled} onClick={() => step(-1)} testId="previous-button">
        <SkipBack size={17} fill="currentColor" />
      </IconButton>
      <PlayButton disabled={disabled} onStart={() => step(1)} />
      <IconButton label="Next track" disabled={disabled} onClick={() => step(1)} testId="next-button">
        <SkipForward size={17} fill="currentColor" />
      </IconButton>
      <Clock />
    </div>
  )
}

interface PlayButtonProps {
  /** There is nothing to play. */
  disabled: boolean
  /** Pressed while no track is in the player. */
  onStart: () => void
}

function PlayButton({ disabled, onStart }: PlayButtonProps) {
  const status = usePlayer((state) => state.status)
  const sounding = status === 'playing' || status === 'loading'
  return (
    <IconButton label={sounding ? 'Pause' : 'Play'} kind="accent" disabled={disabled} onClick={() => (status === 'idle' ? onStart() : togglePlay())} testId="play-button">
      {status === 'loading' ? (
        <LoaderCircle size={17} className="transport__waiting" />
      ) : sounding ? (
        <Pause size={17} fill="currentColor" strokeWidth={0} />
      ) : (
        <Play size={17} fill="currentColor" strokeWidth={0} className="transport__play" />
      )}
    </IconButton>
  )
}

const REPEATS: Record<RepeatMode, { next: RepeatMode; label: string; Icon: typeof Repeat }> = {
  off: { next: 'all', label: 'Repeat: off', Icon: Repeat },
  all: { next: 'one', label: 'Repeat: the list', Icon: Repeat },
  one: { next: 'off', label: 'Repeat: this track', Icon: Repeat1 },
}

function RepeatButton() {
  const repeat = usePlayer((state) => state.repeat)
  const { next, label, Icon } = REPEATS[repeat]
  return (
    <IconButton label={label} pressed={repeat !== 'off'} onClick={() => setRepeat(next)} className="transport__repeat" testId="repeat-button">
      <Icon size={16} />
    </IconButton>
  )
}

/** Renders alone while time passes. */
function Clock() {
  const time = usePlayer((state) => Math.floor(state.time))
  const duration = usePlayer((state) => state.duration)
  return (
    <span className="transport__clock">
      <time data-testid="player-time">{formatDuration(time)}</time> / <time>{formatDuration(duration || null)}</time>
    </span>
  )
}
