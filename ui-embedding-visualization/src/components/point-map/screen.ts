/** Where the points are on the screen: as many of them, from the first on, as somebody has asked for since the view changed. */
import { projectAll, type View } from './camera'

/** At least `count` points, all if it is left out: float32 [3n], see projectAll. */
export type Screen = (count?: number) => Float32Array

export class Projected {
  private out: Float32Array = new Float32Array(0)
  private count = 0

  resize(nPoints: number): void {
    this.out = new Float32Array(3 * nPoints)
    this.count = 0
  }

  /** Points or view are others. */
  forget(): void {
    this.count = 0
  }

  at(positions: Float32Array, view: View, count = this.out.length / 3): Float32Array {
    if (count > this.count) {
      const range = [3 * this.count, 3 * count] as const
      projectAll(positions.subarray(...range), view, this.out.subarray(...range))
      this.count = count
    }
    return this.out
  }
}
