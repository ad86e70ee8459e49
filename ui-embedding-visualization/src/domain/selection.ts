/** Selections: sets of tracks as sorted lists of track ids, how two are combined, and how one is written into a link. */

export type Combine = 'replace' | 'add' | 'subtract' | 'intersect'
export type TrackIds = readonly number[]

export const NOTHING: TrackIds = []

const sortedIds = (ids: Iterable<number>): number[] => [...new Set(ids)].sort((a, b) => a - b)

const COMBINED: Record<Combine, (current: Set<number>, chosen: Set<number>) => Iterable<number>> = {
  replace: (_, chosen) => chosen,
  add: (current, chosen) => [...current, ...chosen],
  subtract: (current, chosen) => [...current].filter((id) => !chosen.has(id)),
  intersect: (current, chosen) => [...current].filter((id) => chosen.has(id)),
}

/** What is selected after `chosen` was drawn around. */
export const combine = (current: TrackIds, chosen: TrackIds, how: Combine): number[] => sortedIds(COMBINED[how](new Set(current), new Set(chosen)))

export const toggle = (current: TrackIds, id: number): number[] => combine(current, [id], current.includes(id) ? 'subtract' : 'add')

export const isSameSelection = (a: TrackIds, b: TrackIds): boolean => a.length === b.length && a.every((id, i) => id === b[i])

/** A link that names more than any library holds is a mistake, and must not fill the memory. */
const MAX_IDS = 5_000_000

/** Consecutive ids, from first to last. */
function runsOf(ids: TrackIds): [first: number, last: number][] {
  const runs: [number, number][] = []
  for (const id of ids) {
    const run = runs.at(-1)
    if (run && id === run[1] + 1) run[1] = id
    else runs.push([id, id])
  }
  return runs
}

const base36 = (n: number) => n.toString(36)

/** Runs of ids, each as its distance from the end of the run before, in base 36: 7, 8, 9, 12 → `7-2.3`. */
export function formatIds(ids: TrackIds): string {
  let end = 0
  const parts = runsOf(ids).map(([first, last]) => {
    const gap = base36(first - end)
    end = last
    return last === first ? gap : `${gap}-${base36(last - first)}`
  })
  return parts.join('.')
}

/** The ids of a link; none where it makes no sense. */
export function parseIds(text: string | null): TrackIds {
  const ids: number[] = []
  for (const part of text ? text.split('.') : []) {
    const match = /^([0-9a-z]{1,8})(?:-([0-9a-z]{1,8}))?$/.exec(part)
    if (!match) return NOTHING
    const first = (ids.at(-1) ?? 0) + parseInt(match[1], 36)
    const more = parseInt(match[2] ?? '0', 36)
    if (ids.length + more > MAX_IDS) return NOTHING
    for (let id = first; id <= first + more; id++) ids.push(id)
  }
  return sortedIds(ids)
}
