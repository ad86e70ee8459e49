import { ArrowDown, ArrowUp } from 'lucide-react'
import { useState } from 'react'
import type { EvaluatedRow, Metric, Score } from '@/api/evaluationTypes'
import { describeScore, formatScore, nextSort, rangeOf, sortRows, type ScoreSort } from '@/domain/evaluation'

interface ScoreTableProps {
  /** Heading. */
  title: string
  /** Models or maps. */
  rows: readonly EvaluatedRow[]
  /** Columns. */
  metrics: readonly Metric[]
}

/** A row a model, a column a metric: the figure, a bar for its interval and a line at its chance. */
export function ScoreTable({ title, rows, metrics }: ScoreTableProps) {
  const [sort, setSort] = useState<ScoreSort | null>(null)
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <div className="evaluation__scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
        <table className="scores" data-testid={`scores-${title.toLowerCase()}`}>
          <thead>
            <tr>
              <th scope="col">{title.slice(0, -1)}</th>
              {metrics.map((metric) => (
                <MetricHead key={metric.key} metric={metric} sort={sort} onSort={() => setSort(nextSort(sort, metric))} />
              ))}
            </tr>
          </thead>
          <tbody>
            {sortRows(rows, sort).map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                {metrics.map(({ key }) => (
                  <ScoreCell key={key} score={row.metrics[key]} range={rangeOf(rows, key)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

const BETTER = { high: 'higher is better', low: 'lower is better', neither: 'neither high nor low is better' }

function MetricHead({ metric, sort, onSort }: { metric: Metric; sort: ScoreSort | null; onSort: () => void }) {
  const sorted = sort?.key === metric.key ? (sort.descending ? 'descending' : 'ascending') : 'none'
  return (
    <th scope="col" aria-sort={sorted}>
      <button type="button" onClick={onSort} title={`${metric.help} ${BETTER[metric.better]}`} data-testid={`sort-${metric.key}`}>
        {metric.title}
        {sorted === 'ascending' && <ArrowUp size={12} aria-hidden />}
        {sorted === 'descending' && <ArrowDown size={12} aria-hidden />}
      </button>
    </th>
  )
}

function ScoreCell({ score, range }: { score: Score | undefined; range: [number, number] }) {
  return (
    <td title={describeScore(score)}>
      <span className="scores__figure">{formatScore(score?.mean)}</span>
      {score?.interval_95 && <IntervalBar score={score} range={range} />}
    </td>
  )
}

/** From the lowest to the highest end of all intervals of the metric. */
function IntervalBar({ score, range: [low, high] }: { score: Score; range: [number, number] }) {
  const place = (value: number) => `${((value - low) / (high - low)) * 100}%`
  const [from, to] = score.interval_95 ?? [low, low]
  return (
    <svg className="interval" role="img" aria-label={describeScore(score)}>
      <line className="interval__span" x1={place(from)} x2={place(to)} y1="50%" y2="50%" />
      <circle className="interval__mean" cx={place(score.mean ?? low)} cy="50%" r="3" />
      {score.chance !== null && <line className="interval__chance" x1={place(score.chance)} x2={place(score.chance)} y1="0" y2="100%" />}
    </svg>
  )
}
