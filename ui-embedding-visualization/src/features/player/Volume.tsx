import { Volume1, Volume2, VolumeX } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import { Slider } from '@/components/Slider'
import { setVolume, toggleMute, usePlayer } from '@/state/player'

/** Loudness, and silence. */
export function Volume() {
  const volume = usePlayer((state) => state.volume)
  const muted = usePlayer((state) => state.muted)
  const Icon = muted || volume === 0 ? VolumeX : volume < 0.5 ? Volume1 : Volume2
  return (
    <div className="volume">
      <IconButton label={muted ? 'Sound on' : 'Mute'} onClick={toggleMute} pressed={muted} testId="mute-button">
        <Icon size={17} />
      </IconButton>
      <Slider label="Volume" value={muted ? 0 : volume} max={1} step={0.01} onChange={setVolume} valueText={`${Math.round(volume * 100)} %`} ownArrows testId="volume-slider" />
    </div>
  )
}
