import { useEffect, useMemo, useRef, type CSSProperties, type MouseEvent } from 'react'
import { useSegments, useWaveform } from '@/api/queries'
import type { Segments } from '@/api/types'
import { HeatMap } from '@/components/HeatMap'
import type { MovingSight } from '@/components/sight'
import { Slider } from '@/components/Slider'
import { Waveform } from '@/components/Waveform'
import { isScrolled, type TimeWindow } from '@/domain/timeWindow'
import { formatDuration } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { seek, setMeasuredDuration, usePlayer } from '@/state/player'
import { useSight } from './useSight'

const WAVEFORM_POINTS = 800
/** As fine as the server has them: of a long track only a part is in sight. */
const MAX_WAVEFORM_POINTS = 4000
/** More rows could not be read in the height there is. */
const MAX_ROWS = 6
const FLAT = [0]

/**
 * Waveform and taggram of the track in the player on one time axis, which scrolls with the sound where the track is long; then the whole of it
 * stands above. The slider is all of the track: click, drag or arrow keys seek. A click on what scrolls goes to that moment.
 */
export function TimeAxis() {
  const track = usePlayer((state) => state.track)
  const duration = usePlayer((state) => state.duration)
  const { query, findTrack } = useExplorer()
  const scrolled = isScrolled(duration)
  const waveform = useWaveform(track, scrolled ? MAX_WAVEFORM_POINTS : WAVEFORM_POINTS).data
  const segments = useSegments(query, track).data
  const measured = waveform?.duration ?? findTrack(track)?.duration ?? null
  useEffect(() => setMeasuredDuration(track, measured), [track, measured])
  const axis = useRef<HTMLDivElement>(null)
  const sight = useSight(axis)
  const outline = { low: waveform?.min ?? FLAT, high: waveform?.max ?? FLAT }
  return (
    <div className="time-axis">
      <div className="time-axis__time" ref={axis} data-scrolled={scrolled} data-testid="time-axis">
        {scrolled && <WholeTrack {...outline} />}
        <div className="time-axis__sight" onClick={scrolled ? (event) => seekTo(event, sight.window()) : undefined}>
          <Waveform {...outline} sight={sight} />
          {segments && segments.tags.length > 0 && <TagRows segments={segments} duration={duration} sight={sight} />}
          {track !== null && <i className="time-axis__playhead" aria-hidden="true" data-testid="playhead" />}
        </div>
        {!scrolled && <SeekSlider />}
      </div>
    </div>
  )
}

/** The outline of a long track, and which part of it is in sight below. */
function WholeTrack(outline: { low: readonly number[]; high: readonly number[] }) {
  return (
    <div className="time-axis__whole">
      <Waveform {...outline} testId="whole-waveform" />
      <i className="time-axis__window" aria-hidden="true" />
      <SeekSlider />
    </div>
  )
}

/** The moment under the pointer. */
function seekTo(event: MouseEvent<HTMLElement>, { start, end }: TimeWindow): void {
  const { left, width } = event.currentTarget.getBoundingClientRect()
  seek(start + ((event.clientX - left) / width) * (end - start))
}

interface TagRowsProps {
  /** What the model heard. */
  segments: Segments
  /** Of the track, in seconds; 0 until known. */
  duration: number
  /** The part to show. */
  sight: MovingSight
}

function TagRows({ segments, duration, sight }: TagRowsProps) {
  const tags = useMemo(() => segments.tags.slice(0, MAX_ROWS), [segments])
  return (
    <div className="tag-rows" style={{ '--tag-rows': tags.length } as CSSProperties}>
      <ul className="tag-rows__names">
        {tags.map((tag) => (
          <li key={tag}>{tag}</li>
        ))}
      </ul>
      {duration > 0 && <HeatMap rows={tags} starts={segments.starts} seconds={segments.seconds} duration={duration} values={segments.activations} sight={sight} />}
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
