/** Names of the parts of a map, seen from far. */
import type { Region } from '@/api/types'

export interface PlacedName {
  text: string
  position: [number, number, number]
}

/** Those that say what no other name on the map says already, in any case; the server has put the plainest first. */
export function regionNames(regions: readonly Region[], others: readonly string[]): PlacedName[] {
  const taken = new Set(others.map((name) => name.toLowerCase()))
  const isNew = ({ name }: Region) => !taken.has(name.toLowerCase()) && taken.add(name.toLowerCase())
  return regions.filter(isNew).map(({ name, coords: [x, y, z = 0] }) => ({ text: name, position: [x, y, z] }))
}
