import { ArrowDown, ArrowUp } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { EvaluatedRow, Metric, Score } from '@/api/evaluationTypes'
import { IntervalBar } from '@/components/IntervalBar'
import { describeScore, formatScore, nextSort, rangeOf, sortRows, type ScoreSort } from '@/domain/evaluation'

interface ScoreTableProps {
  /** Heading. */
  title: string
  /** Models or maps. */
  rows: readonly EvaluatedRow[]
  /** Columns. */
  metrics: readonly Metric[]
  /** What of it can be taken along. */
  downloads: ReactNode
}

/** A row a model, a column a metric: the figure, a bar for its interval and a line at its chance. */
export function ScoreTable({ title, rows, metrics, downloads }: ScoreTableProps) {
  const [sort, setSort] = useState<ScoreSort | null>(null)
  return (
    <section aria-label={title}>
      <div className="evaluation__title">
        <h2>{title}</h2>
        {downloads}
      </div>
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

/** Its bar runs from the lowest to the highest end of all intervals of the metric. */
function ScoreCell({ score, range }: { score: Score | undefined; range: [number, number] }) {
  return (
    <td title={describeScore(score)}>
      <span className="scores__figure">{formatScore(score?.mean)}</span>
      {score?.interval_95 && <IntervalBar mean={score.mean} interval={score.interval_95} line={score.chance} range={range} label={describeScore(score)} />}
    </td>
  )
}
