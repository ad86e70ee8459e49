/** The points: `coordinates` is float32 [3n] in any scale; a key follows its point from map to map. */
export interface PointData {
  count: number
  /** Asked for only when another map is shown before. */
  keys: () => readonly string[]
  coordinates: Float32Array
  dimensions: 2 | 3
}

/** How much a point stands out. A greyed point cannot be picked. */
export const LEVEL = { greyed: 0, dimmed: 1, full: 2 } as const

/** How the points look: colours uint8 [3n], levels uint8 [n] of LEVEL. */
export interface PointStyle {
  colours: Uint8Array
  levels: Uint8Array
}
