/** Regions drawn on the screen, and which points lie in them. */

/** Corners in pixels, x and y in turn; the last joins the first. */
export type Polygon = readonly number[]

export const rectangle = (x0: number, y0: number, x1: number, y1: number): Polygon => [x0, y0, x1, y0, x1, y1, x0, y1]

/** Even-odd rule: inside where a ray to the right crosses the edge an odd number of times. */
export function isInside(x: number, y: number, polygon: Polygon): boolean {
  let inside = false
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [polygon[i], polygon[i + 1], polygon[j], polygon[j + 1]]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

function boundsOf(polygon: Polygon) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity }
  for (let i = 0; i < polygon.length; i += 2) {
    box.left = Math.min(box.left, polygon[i])
    box.right = Math.max(box.right, polygon[i])
    box.top = Math.min(box.top, polygon[i + 1])
    box.bottom = Math.max(box.bottom, polygon[i + 1])
  }
  return box
}

/**
 * Indices of the points seen inside a region, in 2-D and 3-D alike: what lies behind the eye and what is greyed stays out.
 * screen: float32 [3n], x and y in pixels, then depth.  levels: uint8 [n].
 */
export function pointsInRegion(screen: Float32Array, levels: Uint8Array, polygon: Polygon): number[] {
  const { left, right, top, bottom } = boundsOf(polygon)
  const found: number[] = []
  for (let i = 0; i < levels.length; i++) {
    const [x, y] = [screen[3 * i], screen[3 * i + 1]]
    if (levels[i] === 0 || screen[3 * i + 2] <= 0 || x < left || x > right || y < top || y > bottom) continue
    if (isInside(x, y, polygon)) found.push(i)
  }
  return found
}
