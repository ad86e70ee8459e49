/** The points: `coordinates` is float32 [3n] in any scale; a key follows its point from map to map. */
export interface PointData {
  keys: readonly string[]
  coordinates: Float32Array
  dimensions: 2 | 3
}

/** How the points look: colours uint8 [3n], visible uint8 [n]. */
export interface PointStyle {
  colours: Uint8Array
  visible: Uint8Array
}
