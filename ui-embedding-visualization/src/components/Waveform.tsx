import { useCallback } from 'react'
import { ALL_IN_SIGHT, placeIn, type MovingSight, type Sight } from './sight'
import './time-axis.css'
import { useCanvas, type Draw } from './useCanvas'

interface Outline {
  /** Smallest sample of each of equal pieces, -1 … 1. */
  low: readonly number[]
  /** Largest sample of each. */
  high: readonly number[]
}

interface WaveformProps extends Outline {
  /** The part of the sound to draw; absent: all of it. Keep it stable. */
  sight?: MovingSight
  /** Hook for browser tests. */
  testId?: string
}

const [BAR, GAP] = [2, 1]

/** Bars from the smallest to the largest sample under each of them, scaled so that the loudest of the whole sound fills the height. */
export function drawWaveform(context: CanvasRenderingContext2D, width: number, height: number, { low, high }: Outline, sight: Sight): void {
  const peak = high.reduce((loudest, value, i) => Math.max(loudest, value, -low[i]), 1e-4)
  const step = (sight.to - sight.from) / Math.max(1, Math.floor(width / (BAR + GAP)))
  // Bars stand at their own moments, wherever the sight begins: they move along and do not flicker.
  for (let bar = Math.floor(sight.from / step + 1e-6); bar * step < Math.min(1, sight.to) - 1e-9; bar++) {
    const [from, to] = [Math.min(high.length - 1, Math.floor(bar * step * high.length)), Math.max(1, Math.ceil((bar + 1) * step * high.length))]
    const top = Math.max(...high.slice(from, to)) / peak
    const bottom = Math.min(...low.slice(from, to)) / peak
    const y = (height / 2) * (1 - top)
    context.fillRect(placeIn(sight, bar * step, width), Math.min(y, height / 2 - 0.5), BAR, Math.max(1, (height / 2) * (top - bottom)))
  }
}

/** The outline of a sound: what is past in the accent colour, up to `--played` of an element above it. */
export function Waveform({ low, high, sight = ALL_IN_SIGHT, testId = 'waveform' }: WaveformProps) {
  const draw = useCallback<Draw>((context, width, height) => drawWaveform(context, width, height, { low, high }, sight.now()), [low, high, sight])
  return (
    <div className="waveform" aria-hidden="true" data-testid={testId}>
      <canvas ref={useCanvas(draw, sight.follow)} className="waveform__rest" />
      <canvas ref={useCanvas(draw, sight.follow)} className="waveform__played" />
    </div>
  )
}
