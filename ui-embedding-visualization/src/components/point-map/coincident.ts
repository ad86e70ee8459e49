/** Points at exactly the same place, as tracks with equal vectors are, are moved apart so that each can be seen and picked. */

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5))
/** Between points of a group, as a share of the typical distance between places. */
const STEP_SHARE = 0.3
/** No group grows beyond this radius, in map units: 5.5 % of the map, which is 2 wide. A larger group is denser. */
const MAX_RADIUS = 0.055

/** Groups of points that share a place. */
interface Groups {
  /** Index of the first point at the place of each point: int32 [n]. */
  first: Int32Array
  /** How many points at the same place come before each: int32 [n]. */
  rank: Int32Array
  /** How many points follow the first of a place, at the index of that first: int32 [n]. */
  followers: Int32Array
}

/** Mixes the bits of three coordinates, so that grids and lines do not fall into the same slots. */
function hash(x: number, y: number, z: number): number {
  let mixed = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}

/** A hash table with open addressing: linear in the number of points, whatever they share. null where no two share a place. */
function findGroups(positions: Float32Array): Groups | null {
  const n = positions.length / 3
  const bits = new Uint32Array(positions.buffer, positions.byteOffset, positions.length)
  const mask = 2 ** Math.ceil(Math.log2(2 * n + 1)) - 1
  const table = new Int32Array(mask + 1).fill(-1)
  const [first, rank, followers] = [new Int32Array(n), new Int32Array(n), new Int32Array(n)]
  let anyShared = false
  for (let i = 0; i < n; i++) {
    let slot = hash(bits[3 * i], bits[3 * i + 1], bits[3 * i + 2]) & mask
    while (table[slot] >= 0 && !isSamePlace(bits, table[slot], i)) slot = (slot + 1) & mask
    if (table[slot] < 0) table[slot] = i
    first[i] = table[slot]
    if (first[i] === i) continue
    rank[i] = ++followers[first[i]]
    anyShared = true
  }
  return anyShared ? { first, rank, followers } : null
}

const isSamePlace = (bits: Uint32Array, i: number, j: number) => bits[3 * i] === bits[3 * j] && bits[3 * i + 1] === bits[3 * j + 1] && bits[3 * i + 2] === bits[3 * j + 2]

/**
 * The first point of a place stays, the others follow by index on a sunflower spiral around it, in the plane of the first two axes. Changes
 * positions, float32 [3n] without negative zeros. spacing: typical distance between places, 0 where there is one place only.
 */
export function separateCoincident(positions: Float32Array, spacing: number): void {
  const groups = findGroups(positions)
  if (!groups) return
  const { first, rank, followers } = groups
  const widest = spacing > 0 ? STEP_SHARE * spacing : Infinity
  for (let i = 0; i < rank.length; i++) {
    if (rank[i] === 0) continue
    const step = Math.min(widest, MAX_RADIUS / Math.sqrt(followers[first[i]]))
    const radius = step * Math.sqrt(rank[i])
    positions[3 * i] += radius * Math.cos(rank[i] * GOLDEN_ANGLE)
    positions[3 * i + 1] += radius * Math.sin(rank[i] * GOLDEN_ANGLE)
  }
}
