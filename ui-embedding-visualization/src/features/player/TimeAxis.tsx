import { useEffect, useRef, type CSSProperties, type RefObject } from 'react'
import { useSegments, useWaveform } from '@/api/queries'
import type { Segments } from '@/api/types'
import { HeatMap } from '@/components/HeatMap'
import { Slider } from '@/components/Slider'
import { Waveform } from '@/components/Waveform'
import { formatDuration } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { currentTime, seek, usePlayer } from '@/state/player'

const WAVEFORM_POINTS = 800
/** More rows could not be read in the height there is. */
const MAX_ROWS = 6
const FLAT = [0]

/** Waveform and taggram of the track in the player on one time axis. All of it is one slider: click, drag or arrow keys seek. */
export function TimeAxis() {
  const track = usePlayer((state) => state.track)
  const duration = usePlayer((state) => state.duration)
  const { query } = useExplorer()
  const waveform = useWaveform(track, WAVEFORM_POINTS).data
  const segments = useSegments(query, track).data
  const axis = useRef<HTMLDivElement>(null)
  usePlayhead(axis)
  return (
    <div className="time-axis">
      <div className="time-axis__time" ref={axis}>
        <Waveform low={waveform?.min ?? FLAT} high={waveform?.max ?? FLAT} />
        {segments && segments.tags.length > 0 && <TagRows segments={segments} duration={duration} />}
        {track !== null && <i className="time-axis__playhead" aria-hidden="true" data-testid="playhead" />}
        <SeekSlider />
      </div>
    </div>
  )
}

interface TagRowsProps {
  /** What the model heard. */
  segments: Segments
  /** Of the track, in seconds; 0 until known. */
  duration: number
}

function TagRows({ segments, duration }: TagRowsProps) {
  const tags = segments.tags.slice(0, MAX_ROWS)
  return (
    <div className="tag-rows" style={{ '--tag-rows': tags.length } as CSSProperties}>
      <ul className="tag-rows__names">
        {tags.map((tag) => (
          <li key={tag}>{tag}</li>
        ))}
      </ul>
      {duration > 0 && <HeatMap rows={tags} starts={segments.starts} seconds={segments.seconds} duration={duration} values={segments.activations} />}
    </div>
  )
}

/** Renders alone while time passes. */
function SeekSlider() {
  const time = usePlayer((state) => state.time)
  const duration = usePlayer((state) => state.duration)
  const text = `${formatDuration(time)} of ${formatDuration(duration || null)}`
  return <Slider label="Position" value={time} max={duration} step={0.1} onChange={seek} valueText={text} disabled={duration === 0} testId="seek-slider" />
}

/** Keeps `--played` of the axis at the share of the track that has sounded, to the frame while it plays. */
function usePlayhead(axis: RefObject<HTMLElement | null>): void {
  const playing = usePlayer((state) => state.status === 'playing')
  const time = usePlayer((state) => state.time)
  const duration = usePlayer((state) => state.duration)
  useEffect(() => showPlayed(axis.current, time, duration), [axis, time, duration])
  useEffect(() => {
    if (!playing) return undefined
    let request = 0
    const step = () => {
      showPlayed(axis.current, currentTime(), usePlayer.getState().duration)
      request = requestAnimationFrame(step)
    }
    step()
    return () => cancelAnimationFrame(request)
  }, [axis, playing])
}

function showPlayed(axis: HTMLElement | null, time: number, duration: number): void {
  const share = duration > 0 ? Math.min(1, time / duration) : 0
  axis?.style.setProperty('--played', `${(100 * share).toFixed(3)}%`)
}
