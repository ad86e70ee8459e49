import { useState } from 'react'
import type { Difference, Evaluation, EvaluatedRow, Metric } from '@/api/evaluationTypes'
import { IntervalBar } from '@/components/IntervalBar'
import { Select } from '@/components/Select'
import { describeDifference, differenceOf, formatScore, isTold, spanOf } from '@/domain/evaluation'
import { Downloads } from './Downloads'

interface DifferenceSectionProps {
  /** All that is known. */
  evaluation: Evaluation
  /** Models, two or more. */
  rows: readonly EvaluatedRow[]
  /** Columns. */
  metrics: readonly Metric[]
}

/** What every model has more than one of them, on the same tracks. */
export function DifferenceSection({ evaluation, rows, metrics }: DifferenceSectionProps) {
  const [reference, setReference] = useState(rows[0].name)
  const others = rows.filter(({ name }) => name !== reference)
  const of = (name: string, metric: string) => differenceOf(evaluation.differences, name, reference, metric)
  return (
    <section aria-label="Differences">
      <div className="evaluation__title">
        <h2>Differences</h2>
        <Select label="From" value={reference} options={rows.map(({ name }) => ({ value: name, label: `from ${name}` }))} onChange={setReference} testId="difference-reference" />
        <Downloads id={evaluation.id} files={['differences.csv']} />
      </div>
      <p className="evaluation__hint">Paired: both on the same tracks. Bars are 95 % intervals of each difference alone. Strong figures: these tracks tell the two apart, also when all differences between the models are counted.</p>
      <div className="evaluation__scroll" tabIndex={0} role="region" aria-label="Differences, table">
        <table className="scores" data-testid="differences">
          <thead>
            <tr>
              <th scope="col">Model</th>
              {metrics.map(({ key, title, help }) => (
                <th key={key} scope="col" title={help}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {others.map(({ name }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {metrics.map(({ key }) => (
                  <DifferenceCell key={key} difference={of(name, key)} range={rangeOf(others.map((other) => of(other.name, key)))} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

const rangeOf = (differences: readonly (Difference | undefined)[]) => spanOf([0, ...differences.flatMap((each) => each?.interval_95 ?? [])])

function DifferenceCell({ difference, range }: { difference: Difference | undefined; range: [number, number] }) {
  const label = describeDifference(difference)
  return (
    <td title={label} data-told={difference && isTold(difference)}>
      <span className="scores__figure">{formatScore(difference?.mean)}</span>
      {difference?.interval_95 && <IntervalBar mean={difference.mean} interval={difference.interval_95} line={0} range={range} label={label} />}
    </td>
  )
}
