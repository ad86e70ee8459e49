import { renderHook, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { sortInSlices } from '@/domain/slicedSort'
import { onceSliced, useSliced } from './sliced'

const sortOf = (n: number) => {
  const items = Array.from({ length: n }, (_, i) => n - i)
  return { n, make: () => sortInSlices(items, (a, b) => a - b) }
}

it('little is sorted at once, much while the last order stays', async () => {
  const [little, much] = [sortOf(10), sortOf(20_000)]
  const { result, rerender } = renderHook(({ n, make }) => useSliced(n, make), { initialProps: little })
  expect(result.current.value?.[0]).toBe(1)
  expect(result.current.busy).toBe(false)
  rerender(much)
  expect(result.current).toEqual({ value: null, busy: true })
  await waitFor(() => expect(result.current.busy).toBe(false))
  expect(result.current.value).toHaveLength(20_000)
  const next = sortOf(20_000)
  rerender(next)
  expect(result.current.busy).toBe(true)
  expect(result.current.value).toHaveLength(20_000)
})

it('an order is made once, however many ask before it is there, and not before one does', async () => {
  for (const n of [10, 20_000]) {
    const make = vi.fn(sortOf(n).make)
    const ask = onceSliced(n, make)
    expect(make).not.toHaveBeenCalled()
    const told: [string, number][] = []
    for (const who of ['first', 'second']) ask((order) => told.push([who, order[0]]))
    await waitFor(() => expect(told).toEqual([['first', 1], ['second', 1]]))
    ask((order) => told.push(['third', order[0]]))
    expect(told[2]).toEqual(['third', 1])
    expect(make).toHaveBeenCalledTimes(1)
  }
})
