/** Sorting with pauses, so that a page goes on answering while a hundred thousand rows are put in order. */

/** Long work that stops after every few milliseconds of it, for whoever drives it to go on or not. */
export type Sliced<T> = Generator<void, T>

/** Entries between two pauses. */
export const SLICE = 1024

/** All of it, without a pause. */
export function finish<T>(work: Sliced<T>): T {
  let step = work.next()
  while (!step.done) step = work.next()
  return step.value
}

/** A new list in order; equal entries stay as they were: runs of a slice each, merged in pairs. */
export function* sortInSlices<T>(items: readonly T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  let runs: T[][] = []
  for (let at = 0; at < items.length; at += SLICE) {
    runs.push(items.slice(at, at + SLICE).sort(compare))
    yield
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* merge(runs[at], runs[at + 1] ?? [], compare))
    runs = merged
  }
  return runs[0] ?? []
}

function* merge<T>(left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  const merged: T[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    merged.push(compare(right[j], left[i]) < 0 ? right[j++] : left[i++])
    if (merged.length % SLICE === 0) yield
  }
  return merged.concat(left.slice(i), right.slice(j))
}
