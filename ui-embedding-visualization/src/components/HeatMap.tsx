import { useCallback } from 'react'
import './time-axis.css'
import { useCanvas, type Draw } from './useCanvas'

interface HeatMapProps {
  /** Names of the rows, from top to bottom. */
  rows: readonly string[]
  /** Where each column begins, in seconds. */
  starts: readonly number[]
  /** How long a column lasts. */
  seconds: number
  /** How long the whole axis is. */
  duration: number
  /** values[column][row], 0 or more. */
  values: readonly (readonly number[])[]
}

const GAP = 1

/** A cell a column and row: the plainer, the larger its value beside the largest. Columns may overlap; the next begins where it begins. */
export function drawHeatMap(context: CanvasRenderingContext2D, width: number, height: number, map: HeatMapProps): void {
  const { rows, starts, seconds, duration, values } = map
  const largest = Math.max(1e-6, ...values.flat())
  const cell = height / rows.length
  starts.forEach((start, column) => {
    const end = Math.min(starts[column + 1] ?? start + seconds, duration)
    const [left, right] = [(start / duration) * width, (end / duration) * width]
    rows.forEach((_, row) => {
      context.globalAlpha = 0.06 + 0.94 * Math.min(1, values[column][row] / largest)
      context.fillRect(left, row * cell, Math.max(1, right - left - (right - left > 4 ? GAP : 0)), cell - GAP)
    })
  })
}

/** What was heard when: rows of tags over time. */
export function HeatMap({ rows, starts, seconds, duration, values }: HeatMapProps) {
  const draw = useCallback<Draw>(
    (context, width, height) => drawHeatMap(context, width, height, { rows, starts, seconds, duration, values }),
    [rows, starts, seconds, duration, values],
  )
  return <canvas ref={useCanvas(draw)} className="heat-map" role="img" aria-label={`When it sounds like ${rows.join(', ')}`} data-testid="heat-map" />
}
