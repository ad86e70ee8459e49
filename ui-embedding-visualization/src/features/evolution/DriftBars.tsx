import type { EvolutionGroup } from '@/api/analysisTypes'

const WIDTH = 480
const HEIGHT = 230
const [LEFT, BOTTOM, TOP] = [44, 34, 12]

interface DriftBarsProps {
  /** One or two. */
  groups: readonly EvolutionGroup[]
  /** How far two tracks of the library lie apart. */
  typicalDistance: number
}

/** Distance a year of each step from one year to the next, with its interval. */
export function DriftBars({ groups, typicalDistance }: DriftBarsProps) {
  const steps = groups.flatMap((group, place) => group.steps.map((step) => ({ ...step, place, name: group.name })))
  return (
    <section className="evolution__card" aria-label="Drift">
      <h2>Drift</h2>
      {steps.length > 0 ? <Bars steps={steps} nGroups={groups.length} /> : <p className="hint">All dated tracks are of one year: there is no drift to measure.</p>}
      <p className="hint">
        Distance a year between the centroids of unit vectors, with its 95 % interval. Two tracks of the library lie {typicalDistance.toFixed(2)} apart.
      </p>
    </section>
  )
}

type PlacedStep = EvolutionGroup['steps'][number] & { place: number; name: string }

function Bars({ steps, nGroups }: { steps: readonly PlacedStep[]; nGroups: number }) {
  const labels = [...new Set(steps.map(labelOf))].sort()
  const highest = Math.max(...steps.map(({ per_year }) => per_year.interval_95?.[1] ?? 0), 1e-9)
  const room = (WIDTH - LEFT) / labels.length
  const width = Math.min(48, (room * 0.8) / nGroups)
  const heightOf = (value: number) => HEIGHT - BOTTOM - (value / highest) * (HEIGHT - BOTTOM - TOP)
  const middleOf = (step: PlacedStep) => LEFT + room * (labels.indexOf(labelOf(step)) + 0.5) + (step.place - (nGroups - 1) / 2) * width
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="Distance a year of every step" data-testid="evolution-bars">
      {[0, highest / 2, highest].map((value) => (
        <g key={value} className="evolution__tick">
          <line x1={LEFT} x2={WIDTH} y1={heightOf(value)} y2={heightOf(value)} />
          <text x={LEFT - 8} y={heightOf(value) + 4}>
            {value.toFixed(2)}
          </text>
        </g>
      ))}
      {steps.map((step) => (
        <Bar key={`${step.name} ${step.start}`} step={step} x={middleOf(step)} width={width * 0.86} heightOf={heightOf} />
      ))}
      {labels.map((label, at) => (
        <text key={label} className="evolution__step" x={LEFT + room * (at + 0.5)} y={HEIGHT - 10}>
          {label}
        </text>
      ))}
    </svg>
  )
}

const labelOf = ({ start, end }: { start: number; end: number }) => `${start} → ${end}`

function Bar({ step, x, width, heightOf }: { step: PlacedStep; x: number; width: number; heightOf: (value: number) => number }) {
  const { mean, interval_95: interval } = step.per_year
  if (mean === null || interval === null) return null
  const [low, high] = interval
  return (
    <g className="evolution__bar" data-place={step.place} data-testid="evolution-bar">
      <title>{`${step.name}, ${labelOf(step)}: ${mean.toFixed(3)} a year, ${low.toFixed(3)} to ${high.toFixed(3)}`}</title>
      <rect x={x - width / 2} width={width} y={heightOf(mean)} height={Math.max(0, heightOf(0) - heightOf(mean))} rx={2} />
      <path d={`M${x} ${heightOf(low)}V${heightOf(high)}M${x - 5} ${heightOf(high)}h10M${x - 5} ${heightOf(low)}h10`} />
    </g>
  )
}
