import { useCallback, useEffect, useRef } from 'react'
import { isLastInOrder, stepInOrder } from '@/domain/order'
import { useExplorer } from '@/state/explorer'
import { attachAudio, cue, play, playAgain, skip, usePlayer } from '@/state/player'
import type { Answered } from '@/state/sliced'
import { changeView, useView } from '@/state/view'
import { LikeThisMoment } from './LikeThisMoment'
import { NowPlaying } from './NowPlaying'
import './player.css'
import { TimeAxis } from './TimeAxis'
import { Transport } from './Transport'
import { useMediaSession } from './useMediaSession'
import { Volume } from './Volume'

interface PlayerProps {
  /** On a phone: show the panel of the track. */
  onShowTrack: () => void
}

/** The bar at the bottom. It owns the one <audio> element. */
export function Player({ onShowTrack }: PlayerProps) {
  const { findTrack, points, indexOf } = useExplorer()
  const name = usePlayer((state) => state.track)
  const track = findTrack(name) ?? (name === null ? null : (points.data?.tracks()[indexOf(name)] ?? null))
  const audio = useRef<HTMLAudioElement>(null)
  const withList = useListened()
  const step = useCallback((by: 1 | -1) => withList((list) => stepTo(stepInOrder(list, usePlayer.getState().track, by))), [withList])
  useEffect(() => (audio.current ? attachAudio(audio.current) : undefined), [])
  useCueSelected()
  useMediaSession(track, step)

  return (
    <div className="player" role="region" aria-label="Player" data-testid="player" onKeyDown={seekByArrows}>
      <audio ref={audio} preload="metadata" onEnded={() => withList(goOn)} />
      <NowPlaying track={track} onShowTrack={onShowTrack} />
      <TimeAxis />
      <div className="player__right">
        <Transport step={step} disabled={name === null && !points.data?.count} />
        <div className="player__more">
          <LikeThisMoment />
          <Volume />
        </div>
      </div>
    </div>
  )
}

/** What previous and next walk through: the queue while a track of it is in the player, else the order of the map. */
function useListened(): Answered<readonly string[]> {
  const { playOrder } = useExplorer()
  return useCallback(
    (then) => {
      const { queue, track } = usePlayer.getState()
      if (queue && track !== null && queue.includes(track)) then(queue)
      else playOrder(then)
    },
    [playOrder],
  )
}

/** A queue is listened to beside its own list, so the focus stays; otherwise it goes along. */
function stepTo(track: string | null): void {
  if (track === null) return
  if (!usePlayer.getState().queue?.includes(track)) changeView({ track })
  play(track)
}

/** A track has ended. */
function goOn(list: readonly string[]): void {
  const { repeat, track } = usePlayer.getState()
  if (repeat === 'one' || (repeat === 'all' && list.length === 1)) playAgain()
  else if (repeat === 'all' || !isLastInOrder(list, track)) stepTo(stepInOrder(list, track, 1))
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
