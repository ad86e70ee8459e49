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

/** A question that is answered once: to all who ask while it is worked on, and at once to those who ask later. */
export type Answered<T> = (then: (value: T) => void) => void

/** Nothing is done before somebody asks; much is done between the frames. */
export function onceSliced<T>(size: number, make: () => Sliced<T>): Answered<T> {
  let made: { value: T } | null = null
  let waiting: ((value: T) => void)[] | null = null
  const tell = (value: T) => {
    made = { value }
    waiting?.forEach((then) => then(value))
  }
  return (then) => {
    if (made) then(made.value)
    else if (waiting) waiting.push(then)
    else {
      waiting = [then]
      if (size <= AT_ONCE) tell(finish(make()))
      else runBetweenFrames(make(), tell)
    }
  }
}

/** The result, at once where there is little to do. Otherwise the last one (null before the first) while the next is made: `busy`. make: stable. */
export function useSliced<T>(size: number, make: () => Sliced<T>): { value: T | null; busy: boolean } {
  const [made, setMade] = useState<{ value: T; by: () => Sliced<T> } | null>(null)
  const small = size <= AT_ONCE
  const now = useMemo(() => (small ? { value: finish(make()) } : null), [small, make])
  useEffect(() => (small ? undefined : runBetweenFrames(make(), (value) => setMade({ value, by: make }))), [small, make])
  return now ? { ...now, busy: false } : { value: made?.value ?? null, busy: made?.by !== make }
}
