import { Radar } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import { currentTime, usePlayer } from '@/state/player'
import { changeView } from '@/state/view'

/** Asks for the tracks with a moment like the one that sounds now. */
export function LikeThisMoment() {
  const track = usePlayer((state) => state.track)
  const ask = () => changeView({ track, moment: Number(currentTime().toFixed(1)), panel: 'track' })
  return (
    <IconButton label="More like this moment" disabled={track === null} onClick={ask} testId="like-this-moment">
      <Radar size={17} />
    </IconButton>
  )
}
