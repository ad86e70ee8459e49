import { Slider } from '@/components/Slider'
import { formatDuration } from '@/domain/track'
import { seek, usePlayer } from '@/state/player'

/** Where in the track the sound is; renders alone while time passes. */
export function SeekBar() {
  const time = usePlayer((state) => state.time)
  const duration = usePlayer((state) => state.duration)
  const [now, end] = [formatDuration(time), formatDuration(duration || null)]
  return (
    <div className="seek-bar">
      <time data-testid="player-time">{now}</time>
      <Slider label="Position" value={time} max={duration} step={0.1} onChange={seek} valueText={`${now} of ${end}`} disabled={duration === 0} testId="seek-slider" />
      <time>{end}</time>
    </div>
  )
}
