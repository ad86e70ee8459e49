import { useEffect, useMemo, type RefObject } from 'react'
import type { MovingSight } from '@/components/sight'
import { timeWindow, type TimeWindow } from '@/domain/timeWindow'
import { currentTime, usePlayer } from '@/state/player'
import { useMedia } from '@/state/theme'

interface LiveSight extends MovingSight {
  /** The same in seconds. */
  window: () => TimeWindow
  /** Look at where the sound is now. */
  update: () => void
}

/** The part of the track in sight goes along with the sound, to the frame while it plays; `axis` is told where the playhead is. */
export function useSight(axis: RefObject<HTMLElement | null>): LiveSight {
  const inPages = useMedia('(prefers-reduced-motion: reduce)')
  const sight = useMemo(() => createSight(axis, inPages), [axis, inPages])
  const playing = usePlayer((state) => state.status === 'playing')
  const time = usePlayer((state) => state.time)
  const duration = usePlayer((state) => state.duration)
  useEffect(() => sight.update(), [sight, time, duration])
  useEffect(() => {
    if (!playing) return undefined
    let request = 0
    const step = () => {
      sight.update()
      request = requestAnimationFrame(step)
    }
    step()
    return () => cancelAnimationFrame(request)
  }, [sight, playing])
  return sight
}

function createSight(axis: RefObject<HTMLElement | null>, inPages: boolean): LiveSight {
  const listeners = new Set<() => void>()
  let seen: TimeWindow = { start: 0, end: 0 }
  const update = () => {
    const { duration } = usePlayer.getState()
    const next = timeWindow(currentTime(), duration, inPages)
    const moved = next.start !== seen.start || next.end !== seen.end
    seen = next
    if (axis.current) showPlace(axis.current, currentTime(), duration, seen)
    if (moved) listeners.forEach((listener) => listener())
  }
  return {
    window: () => seen,
    now: () => {
      const { duration } = usePlayer.getState()
      return duration > 0 && seen.end > 0 ? { from: seen.start / duration, to: seen.end / duration } : { from: 0, to: 1 }
    },
    follow: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    update,
  }
}

/** `--played`: how far the sound is through what is in sight; `--heard`, through the track; `--from` and `--to`: what of it is in sight. */
function showPlace(axis: HTMLElement, time: number, duration: number, { start, end }: TimeWindow): void {
  const share = (seconds: number, length: number) => `${(100 * (length > 0 ? Math.min(1, Math.max(0, seconds / length)) : 0)).toFixed(3)}%`
  const places = { '--played': share(time - start, end - start), '--heard': share(time, duration), '--from': share(start, duration), '--to': share(end, duration) }
  for (const [name, place] of Object.entries(places)) axis.style.setProperty(name, place)
  Object.assign(axis.dataset, { start: start.toFixed(3), end: end.toFixed(3) })
}
