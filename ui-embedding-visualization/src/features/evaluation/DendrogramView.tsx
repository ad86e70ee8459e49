import { useId } from 'react'
import type { Agreement } from '@/api/evaluationTypes'
import { dendrogram, describeJoins, type Join } from '@/domain/dendrogram'

/** Pixels. */
const ROW = 30
const WIDTH = 220
const AXIS = 34
const MARGIN = 12

/** Models as leaves, joined the further to the right, the less alike their spaces are. */
export function DendrogramView({ agreement }: { agreement: Agreement }) {
  const tree = dendrogram(agreement)
  const described = useId()
  const step = stepOf(tree.height)
  const n = Math.max(1, Math.ceil(tree.height / step))
  const x = (height: number) => (height / (n * step)) * WIDTH
  const bottom = tree.leaves.length * ROW
  return (
    <figure className="dendrogram" data-testid="dendrogram">
      <figcaption>Models by likeness: where two branches join, their spaces differ by 1 − CKA</figcaption>
      <div className="evaluation__scroll dendrogram__plot" tabIndex={0} role="group" aria-label="Dendrogram" aria-describedby={described}>
        <ul aria-hidden>
          {tree.leaves.map((name) => (
            <li key={name} style={{ height: ROW }}>
              {name}
            </li>
          ))}
        </ul>
        <svg width={WIDTH + 2 * MARGIN} height={bottom + AXIS} viewBox={`${-MARGIN} 0 ${WIDTH + 2 * MARGIN} ${bottom + AXIS}`} aria-hidden>
          {Array.from({ length: n + 1 }, (_, i) => i * step).map((value) => (
            <g key={value} transform={`translate(${x(value)} 0)`}>
              <line className="dendrogram__tick" y2={bottom} />
              <text y={bottom + 16}>{value.toFixed(step < 0.1 ? 2 : 1)}</text>
            </g>
          ))}
          <text className="dendrogram__unit" x={WIDTH / 2} y={bottom + 31}>
            1 − CKA
          </text>
          {tree.joins.map((join) => (
            <path key={join.names.flat().join()} d={bracket(join, x)} />
          ))}
        </svg>
      </div>
      <ol className="visually-hidden" id={described}>
        {describeJoins(tree).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
    </figure>
  )
}

function bracket({ height, branches: [above, below] }: Join, x: (height: number) => number): string {
  const y = (place: number) => (place + 0.5) * ROW
  return `M${x(above.height)} ${y(above.place)}H${x(height)}V${y(below.place)}H${x(below.height)}`
}

/** Between two marks of the axis: few enough to be read. */
const stepOf = (height: number): number => (height > 0.5 ? 0.2 : height > 0.2 ? 0.1 : 0.05)
