import { useCallback } from 'react'
import './time-axis.css'
import { useCanvas, type Draw } from './useCanvas'

interface WaveformProps {
  /** Smallest sample of each of equal pieces, -1 … 1. */
  low: readonly number[]
  /** Largest sample of each. */
  high: readonly number[]
}

const [BAR, GAP] = [2, 1]

/** Bars from the smallest to the largest sample under each of them, scaled so that the loudest fills the height. */
export function drawWaveform(context: CanvasRenderingContext2D, width: number, height: number, { low, high }: WaveformProps): void {
  const n = Math.max(1, Math.floor(width / (BAR + GAP)))
  const peak = Math.max(1e-4, ...high, ...low.map((value) => -value))
  for (let bar = 0; bar < n; bar++) {
    const [from, to] = [Math.floor((bar * high.length) / n), Math.max(1, Math.ceil(((bar + 1) * high.length) / n))]
    const top = Math.max(...high.slice(from, to)) / peak
    const bottom = Math.min(...low.slice(from, to)) / peak
    const y = (height / 2) * (1 - top)
    context.fillRect(bar * (BAR + GAP), Math.min(y, height / 2 - 0.5), BAR, Math.max(1, (height / 2) * (top - bottom)))
  }
}

/** The outline of a sound: what is past in the accent colour, up to `--played` of an element above it. */
export function Waveform({ low, high }: WaveformProps) {
  const draw = useCallback<Draw>((context, width, height) => drawWaveform(context, width, height, { low, high }), [low, high])
  return (
    <div className="waveform" aria-hidden="true" data-testid="waveform">
      <canvas ref={useCanvas(draw)} className="waveform__rest" />
      <canvas ref={useCanvas(draw)} className="waveform__played" />
    </div>
  )
}
