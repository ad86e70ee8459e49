import { describe, expect, it } from 'vitest'
import type { EvaluatedRow, Metric, Score } from '@/api/evaluationTypes'
import { describeDifference, describeScore, differenceOf, isTold, nextSort, rangeOf, sortRows } from './evaluation'

const score = (mean: number | null): Score => ({ mean, interval_95: mean === null ? null : [mean - 0.1, mean + 0.1], chance: 0.05, n: 70 })
const row = (name: string, mean: number | null): EvaluatedRow => ({ name, model: name, method: null, metrics: { a: score(mean) }, confusion: null })
const metric = (better: Metric['better']): Metric => ({ key: 'a', title: 'A', better, of: 'space', help: '' })
const ROWS = [row('middle', 0.5), row('none', null), row('best', 0.9), row('worst', 0.2)]
const names = (rows: readonly EvaluatedRow[]) => rows.map((each) => each.name)

describe('the table of an evaluation', () => {
  it('puts what is better first, then turns round; what was not measured is last', () => {
    const best = nextSort(null, metric('high'))
    expect(names(sortRows(ROWS, best))).toEqual(['best', 'middle', 'worst', 'none'])
    expect(names(sortRows(ROWS, nextSort(best, metric('high'))))).toEqual(['worst', 'middle', 'best', 'none'])
    expect(names(sortRows(ROWS, nextSort(null, metric('low'))))).toEqual(['worst', 'middle', 'best', 'none'])
    expect(sortRows(ROWS, null)).toBe(ROWS)
  })

  it('draws all bars of a metric on one scale that holds chance too', () => {
    const [low, high] = rangeOf(ROWS, 'a')
    expect(low).toBeCloseTo(0.05)
    expect(high).toBeCloseTo(1)
    expect(rangeOf([], 'a')).toEqual([0, 1])
  })

  it('tells a difference from either side', () => {
    const differences = [{ metric: 'a', left: 'best', right: 'worst', mean: 0.7, interval_95: [0.5, 0.9] as [number, number], n: 70, clear: true }]
    const turned = differenceOf(differences, 'worst', 'best', 'a')
    expect(turned).toMatchObject({ mean: -0.7, interval_95: [-0.9, -0.5] })
    expect(differenceOf(differences, 'best', 'worst', 'a')).toBe(differences[0])
    expect(describeDifference(turned)).toBe('-0.700, 95 % interval -0.900 to -0.500: told apart by 70 tracks')
    expect(isTold({ ...differences[0], clear: false })).toBe(false)
    expect(isTold({ ...differences[0], clear: undefined })).toBe(false)
    expect(describeDifference(differenceOf(differences, 'best', 'middle', 'a'))).toBe('nothing to compare')
  })

  it('says all of a figure in words', () => {
    expect(describeScore(score(0.5))).toBe('0.500, 95 % interval 0.400 to 0.600, chance 0.050, 70 tracks')
    expect(describeScore(undefined)).toBe('nothing to measure')
  })
})
