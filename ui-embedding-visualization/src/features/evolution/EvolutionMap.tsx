import type { EvolutionGroup } from '@/api/analysisTypes'
import { yearPlaces, type YearPlace } from '@/domain/evolution'
import { fileTitle } from '@/domain/track'
import { useExplorer, type MapPoints } from '@/state/explorer'
import { play } from '@/state/player'

const WIDTH = 480
const HEIGHT = 340
const MARGIN = 28

interface EvolutionMapProps {
  /** Whose paths are drawn: one or two. */
  groups: readonly EvolutionGroup[]
}

/** The paths of the yearly centroids over the map that is on screen; of a 3-D map, its front. */
export function EvolutionMap({ groups }: EvolutionMapProps) {
  const { points } = useExplorer()
  return (
    <section className="evolution__card evolution__map" aria-label="Path over the map">
      <h2>Path over the map</h2>
      {points.data && points.data.count > 0 ? <Drawing groups={groups} points={points.data} /> : <p className="hint">{points.error ? points.error.message : 'The map is being drawn…'}</p>}
    </section>
  )
}

function Drawing({ groups, points }: EvolutionMapProps & { points: MapPoints }) {
  const { indexOf } = useExplorer()
  const toScreen = fit(points)
  const placeOf = (filename: string): [number, number] | null => (indexOf(filename) < 0 ? null : toScreen(indexOf(filename)))
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Yearly centroids of ${groups.map(({ name }) => name).join(' and ')}`} data-testid="evolution-map">
      <path className="evolution__rest" d={Array.from({ length: points.count }, (_, i) => `M${toScreen(i).map((at) => at.toFixed(1)).join(' ')}h0`).join('')} />
      {groups.map((group, at) => (
        <Path key={group.name} name={group.name} place={at} years={yearPlaces(group, placeOf)} />
      ))}
    </svg>
  )
}

/** From the map's coordinates to the drawing's, in proportion. */
function fit({ coordinates, count }: MapPoints): (index: number) => [number, number] {
  const bounds = (axis: number) => {
    let [low, high] = [Infinity, -Infinity]
    for (let i = 0; i < count; i++) [low, high] = [Math.min(low, coordinates[3 * i + axis]), Math.max(high, coordinates[3 * i + axis])]
    return [low, high] as const
  }
  const [left, right] = bounds(0)
  const [bottom, top] = bounds(1)
  const scale = Math.min((WIDTH - 2 * MARGIN) / Math.max(right - left, 1e-9), (HEIGHT - 2 * MARGIN) / Math.max(top - bottom, 1e-9))
  return (i) => [WIDTH / 2 + (coordinates[3 * i] - (left + right) / 2) * scale, HEIGHT / 2 - (coordinates[3 * i + 1] - (bottom + top) / 2) * scale]
}

function Path({ name, place, years }: { name: string; place: number; years: readonly YearPlace[] }) {
  return (
    <g className="evolution__path" data-place={place}>
      {years.flatMap(({ year, tracks }) =>
        tracks.map(({ filename, x, y }) => (
          <circle key={filename} className="evolution__track" cx={x} cy={y} r={4} onClick={() => play(filename)}>
            <title>{`${fileTitle(filename)}, ${year}`}</title>
          </circle>
        )),
      )}
      <polyline points={years.map(({ x, y }) => `${x},${y}`).join(' ')} />
      {years.map(({ year, x, y }) => (
        <g key={year} data-testid="evolution-year">
          <circle cx={x} cy={y} r={6}>
            <title>{`${name}, ${year}`}</title>
          </circle>
          <text x={x + 10} y={y - 7}>
            {year}
          </text>
        </g>
      ))}
    </g>
  )
}
