/** Figures of an evaluation, ready for a table. */
import type { Difference, EvaluatedRow, Metric, Score } from '@/api/evaluationTypes'

export interface ScoreSort {
  /** Key of a metric. */
  key: string
  descending: boolean
}

export const isMap = (row: EvaluatedRow): boolean => row.method !== null

/** What is better comes first when a metric is sorted by; null leaves the rows as they were measured. */
export const firstSort = (metric: Metric): ScoreSort => ({ key: metric.key, descending: metric.better !== 'low' })

/** Pressed again, a metric turns round. */
export const nextSort = (sort: ScoreSort | null, metric: Metric): ScoreSort =>
  sort?.key === metric.key ? { ...sort, descending: !sort.descending } : firstSort(metric)

/** Rows without the figure come last. */
export function sortRows(rows: readonly EvaluatedRow[], sort: ScoreSort | null): readonly EvaluatedRow[] {
  if (sort === null) return rows
  const worst = sort.descending ? -Infinity : Infinity
  const value = (row: EvaluatedRow) => row.metrics[sort.key]?.mean ?? worst
  return rows.toSorted((a, b) => (sort.descending ? value(b) - value(a) : value(a) - value(b)))
}

/** The range that all intervals and chance levels of a metric lie in, so that its bars can be compared. */
export function rangeOf(rows: readonly EvaluatedRow[], key: string): [number, number] {
  const scores = rows.map((row) => row.metrics[key]).filter((score): score is Score => score !== undefined)
  return spanOf(scores.flatMap((score) => [score.chance, score.mean, ...(score.interval_95 ?? [])]).filter((value) => value !== null))
}

/** A range that is not empty. */
export function spanOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

const DIGITS = 3

export const formatScore = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value.toFixed(DIGITS))

/** All of a figure in words, for a tooltip and a screen reader. */
export function describeScore(score: Score | undefined): string {
  if (!score?.interval_95) return 'nothing to measure'
  const [low, high] = score.interval_95
  const chance = score.chance === null ? '' : `, chance ${formatScore(score.chance)}`
  return `${formatScore(score.mean)}, 95 % interval ${formatScore(low)} to ${formatScore(high)}${chance}, ${score.n} tracks`
}

/** What a row has more of a metric than the reference, whichever of the two was on the left. */
export function differenceOf(differences: readonly Difference[], name: string, reference: string, metric: string): Difference | undefined {
  const found = differences.find((each) => each.metric === metric && [each.left, each.right].includes(name) && [each.left, each.right].includes(reference))
  return found && found.left === reference ? turnRound(found) : found
}

const turnRound = ({ left, right, mean, interval_95: interval, ...rest }: Difference): Difference => ({
  ...rest,
  left: right,
  right: left,
  mean: mean === null ? null : -mean,
  interval_95: interval && [-interval[1], -interval[0]],
})

/** Whether these tracks tell the two apart. */
export const isTold = ({ clear }: Difference): boolean => clear === true

const SIGNED = new Intl.NumberFormat('en', { minimumFractionDigits: DIGITS, maximumFractionDigits: DIGITS, signDisplay: 'negative' })

export function describeDifference(difference: Difference | undefined): string {
  if (!difference || difference.mean === null || difference.interval_95 === null) return 'nothing to compare'
  const [low, high] = difference.interval_95.map((end) => SIGNED.format(end))
  return `${SIGNED.format(difference.mean)}, 95 % interval ${low} to ${high}: ${isTold(difference) ? 'told apart' : 'not told apart'} by ${difference.n} tracks`
}
