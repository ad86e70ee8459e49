/** Orders that a person changes by hand. */

/** The list with the entry at `from` moved to where `to` was; places outside the list leave it as it is. */
export function moveItem<T>(list: readonly T[], from: number, to: number): T[] {
  const moved = [...list]
  if (from === to || list[from] === undefined || list[to] === undefined) return moved
  moved.splice(to, 0, ...moved.splice(from, 1))
  return moved
}
