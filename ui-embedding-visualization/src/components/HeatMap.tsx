import { useCallback, useMemo } from 'react'
import { ALL_IN_SIGHT, placeIn, type MovingSight, type Sight } from './sight'
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
  /** The part of the axis to draw; absent: all of it. Keep it stable. */
  sight?: MovingSight
}

interface Heat extends Omit<HeatMapProps, 'sight'> {
  /** The largest of all values. */
  largest: number
}

const GAP = 1

export const largestOf = (values: readonly (readonly number[])[]): number => values.reduce((largest, column) => Math.max(largest, ...column), 1e-6)

/** A cell a column and row: the plainer, the larger its value beside the largest. Columns may overlap; the next begins where it begins. */
export function drawHeatMap(context: CanvasRenderingContext2D, width: number, height: number, heat: Heat, sight: Sight): void {
  const { rows, starts, seconds, duration, values, largest } = heat
  const cell = height / rows.length
  starts.forEach((start, column) => {
    const end = Math.min(starts[column + 1] ?? start + seconds, duration)
    const [left, right] = [placeIn(sight, start / duration, width), placeIn(sight, end / duration, width)]
    if (right < 0 || left > width) return
    rows.forEach((_, row) => {
      context.globalAlpha = 0.06 + 0.94 * Math.min(1, values[column][row] / largest)
      context.fillRect(left, row * cell, Math.max(1, right - left - (right - left > 4 ? GAP : 0)), cell - GAP)
    })
  })
}

/** What was heard when: rows of tags over time. */
export function HeatMap({ rows, starts, seconds, duration, values, sight = ALL_IN_SIGHT }: HeatMapProps) {
  const largest = useMemo(() => largestOf(values), [values])
  const draw = useCallback<Draw>(
    (context, width, height) => drawHeatMap(context, width, height, { rows, starts, seconds, duration, values, largest }, sight.now()),
    [rows, starts, seconds, duration, values, largest, sight],
  )
  return <canvas ref={useCanvas(draw, sight.follow)} className="heat-map" role="img" aria-label={`When it sounds like ${rows.join(', ')}`} data-testid="heat-map" />
}
