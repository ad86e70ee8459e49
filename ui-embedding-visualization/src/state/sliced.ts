/** Long work between the frames of the page. */
import { useEffect, useMemo, useState } from 'react'
import { finish, type Sliced } from '@/domain/slicedSort'

/** Milliseconds at a time: half of a frame. */
const SLICE_MS = 8
/** What is smaller than this takes no longer than a frame. */
const AT_ONCE = 3000

/** Returns how to give it up. */
export function runBetweenFrames<T>(work: Sliced<T>, done: (value: T) => void): () => void {
  let timer = 0
  const goOn = () => {
    const end = performance.now() + SLICE_MS
    do {
      const step = work.next()
      if (step.done) return done(step.value)
    } while (performance.now() < end)
    timer = window.setTimeout(goOn)
  }
  timer = window.setTimeout(goOn)
  return () => window.clearTimeout(timer)
}

/** The result, at once where there is little to do. Otherwise the last one (null before the first) while the next is made: `busy`. make: stable. */
export function useSliced<T>(size: number, make: () => Sliced<T>): { value: T | null; busy: boolean } {
  const [made, setMade] = useState<{ value: T; by: () => Sliced<T> } | null>(null)
  const small = size <= AT_ONCE
  const now = useMemo(() => (small ? { value: finish(make()) } : null), [small, make])
  useEffect(() => (small ? undefined : runBetweenFrames(make(), (value) => setMade({ value, by: make }))), [small, make])
  return now ? { ...now, busy: false } : { value: made?.value ?? null, busy: made?.by !== make }
}
