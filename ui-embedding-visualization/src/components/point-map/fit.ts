/** The camera that shows all points in the part of the map that nothing covers. */
import { centerOf } from './boxes'
import { createView, type CameraState, type View } from './camera'
import { pointSize, type UnitBox } from './geometry'
import { uncoveredArea, type MapFrame } from './insets'

/** Pixels between the points and the edge of the area: room for the ring around a point, and for a name above it. */
const [MARGIN_X, MARGIN_Y] = [16, 26]
/** Half the size of a map that is taken for smaller, in map units: one point is not seen from as near as can be. */
const MIN_EXTENT = 0.4

/** Half of the area in pixels, and the radius of a point at the target. */
interface Room {
  halfWidth: number
  halfHeight: number
  radius: number
}

/**
 * The nearest distance from which every point is inside the room. With r, u and b the way of a point from the target to the right, up and
 * towards the eye, its disc reaches to (r · focal + radius · distance) / (distance − b) pixels from the center: solved for the distance.
 */
function fitDistance(positions: Float32Array, { right, up, back, focal }: View, { halfWidth, halfHeight, radius }: Room): number {
  const [freeWidth, freeHeight] = [halfWidth - radius, halfHeight - radius]
  let distance = (MIN_EXTENT * focal) / Math.min(freeWidth, freeHeight)
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i]
    const y = positions[i + 1]
    const z = positions[i + 2]
    const r = Math.abs(right[0] * x + right[1] * y + right[2] * z)
    const u = Math.abs(up[0] * x + up[1] * y + up[2] * z)
    const b = back[0] * x + back[1] * y + back[2] * z
    distance = Math.max(distance, (r * focal + halfWidth * b) / freeWidth, (u * focal + halfHeight * b) / freeHeight)
  }
  return distance
}

/** pose: from where to look, at the middle of the box. */
export function fitCamera({ positions, extents }: UnitBox, pose: CameraState, frame: MapFrame): CameraState {
  const { width, height } = frame
  const area = uncoveredArea(frame)
  const center = centerOf(area)
  const radius = pointSize(positions.length / 3, 1, 0) / 2
  const half = (size: number, margin: number) => Math.max(2 * radius, size / 2 - margin)
  const view = createView(pose, extents, width, height)
  const distance = fitDistance(positions, view, { halfWidth: half(area.right - area.left, MARGIN_X), halfHeight: half(area.bottom - area.top, MARGIN_Y), radius })
  return { ...pose, zoom: (pose.zoom * view.distance) / distance, shiftX: center.x / width - 0.5, shiftY: center.y / height - 0.5 }
}
