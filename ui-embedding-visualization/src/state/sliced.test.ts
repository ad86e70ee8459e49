import { renderHook, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { sortInSlices } from '@/domain/slicedSort'
import { useSliced } from './sliced'

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
