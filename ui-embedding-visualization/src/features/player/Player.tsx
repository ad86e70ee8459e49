import { useCallback, useEffect, useRef } from 'react'
import { stepInOrder } from '@/domain/order'
import { useExplorer } from '@/state/explorer'
import { attachAudio, cue, play, skip, usePlayer } from '@/state/player'
import { changeView, useView } from '@/state/view'
import { NowPlaying } from './NowPlaying'
import './player.css'
import { SeekBar } from './SeekBar'
import { Transport } from './Transport'
import { useMediaSession } from './useMediaSession'
import { Volume } from './Volume'

interface PlayerProps {
  /** On a phone: show the panel of the track. */
  onShowTrack: () => void
}

/** The bar at the bottom. It owns the one <audio> element. */
export function Player({ onShowTrack }: PlayerProps) {
  const { findTrack, playOrder, points, indexOf } = useExplorer()
  const name = usePlayer((state) => state.track)
  const track = findTrack(name) ?? points.data?.tracks[indexOf(name)] ?? null
  const audio = useRef<HTMLAudioElement>(null)
  const step = useCallback((by: 1 | -1) => stepTo(stepInOrder(playOrder(), usePlayer.getState().track, by)), [playOrder])
  useEffect(() => (audio.current ? attachAudio(audio.current) : undefined), [])
  useCueSelected()
  useMediaSession(track, step)

  return (
    <div className="player" role="region" aria-label="Player" data-testid="player" onKeyDown={seekByArrows}>
      <audio ref={audio} preload="metadata" onEnded={() => step(1)} />
      <NowPlaying track={track} onShowTrack={onShowTrack} />
      <div className="player__middle">
        <Transport step={step} disabled={name === null && !points.data?.keys.length} />
        <SeekBar />
      </div>
      <Volume />
    </div>
  )
}

function stepTo(track: string | null): void {
  if (track === null) return
  changeView({ track })
  play(track)
}

/** A link to a track puts it into the player, silent; what already plays goes on. */
function useCueSelected() {
  const { track } = useView()
  const { findTrack } = useExplorer()
  const known = findTrack(track) !== null
  useEffect(() => {
    const { status } = usePlayer.getState()
    if (track !== null && known && (status === 'idle' || status === 'paused')) cue(track)
  }, [track, known])
}

const SKIP_SECONDS = 5

function seekByArrows(event: React.KeyboardEvent): void {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
  if (event.target instanceof HTMLInputElement && event.target.dataset.own === 'arrows') return
  event.preventDefault()
  event.stopPropagation()
  skip(event.key === 'ArrowLeft' ? -SKIP_SECONDS : SKIP_SECONDS)
}
