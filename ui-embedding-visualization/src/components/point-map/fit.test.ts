import { describe, expect, it } from 'vitest'
import { createView, DEEP_POSE, FLAT_POSE, projectAll } from './camera'
import { fitCamera } from './fit'
import { pointSize, toUnitBox } from './geometry'
import { uncoveredArea, type MapFrame } from './insets'

/** Desk, large desk, phone, phone under an open sheet, a drawer on a tablet, and one of two maps on a phone. */
const FRAMES: Record<string, MapFrame> = {
  desk: { width: 850, height: 730, insets: { top: 54, right: 0, bottom: 38, left: 0 } },
  'large desk': { width: 1330, height: 910, insets: { top: 54, right: 0, bottom: 38, left: 0 } },
  phone: { width: 390, height: 688, insets: { top: 96, right: 0, bottom: 56, left: 0 } },
  sheet: { width: 390, height: 688, insets: { top: 96, right: 0, bottom: 425, left: 0 } },
  drawer: { width: 764, height: 640, insets: { top: 54, right: 330, bottom: 38, left: 0 } },
  'half a phone': { width: 390, height: 340, insets: { top: 54, right: 0, bottom: 38, left: 0 } },
}

/** Repeatable numbers, -1 … 1. */
function createRandom(seed: number) {
  let state = seed
  return () => {
    state = (state * 16807) % 2147483647
    return (2 * state) / 2147483647 - 1
  }
}

/** An ellipsoid of points with strays, longer along some axes than along others. */
function cloud(seed: number, nPoints: number, dimensions: 2 | 3) {
  const random = createRandom(seed)
  const sizes = [1, 0, 0].map((least) => least + 3 * Math.abs(random()))
  return new Float32Array(3 * nPoints).map((_, i) => (i % 3 === 2 && dimensions === 2 ? 0 : sizes[i % 3] * random() * (random() > 0.97 ? 2 : 1)))
}

describe.each(Object.entries(FRAMES))('the fitted camera on a %s', (_, frame) => {
  const area = uncoveredArea(frame)

  it.each([2, 3] as const)('has every disc inside what nothing covers, in %i dimensions', (dimensions) => {
    for (let seed = 1; seed <= 40; seed++) {
      const nPoints = 2 + 7 * seed
      const box = toUnitBox(cloud(seed, nPoints, dimensions))
      const camera = fitCamera(box, dimensions === 3 ? DEEP_POSE : FLAT_POSE, frame)
      const view = createView(camera, box.extents, frame.width, frame.height)
      const screen = new Float32Array(3 * nPoints)
      projectAll(box.positions, view, screen)
      let spare = Infinity
      for (let i = 0; i < nPoints; i++) {
        const [x, y, depth] = screen.subarray(3 * i, 3 * i + 3)
        const radius = (pointSize(nPoints, camera.zoom, 0) / 2) * Math.min(2.4, view.distance / depth)
        spare = Math.min(spare, x - radius - area.left, area.right - x - radius, y - radius - area.top, area.bottom - y - radius)
      }
      expect(spare).toBeGreaterThan(0)
    }
  })

  it('has the middle of the map in the middle of it', () => {
    const box = toUnitBox(cloud(7, 50, 2))
    const view = createView(fitCamera(box, FLAT_POSE, frame), box.extents, frame.width, frame.height)
    expect(view.centerX).toBeCloseTo((area.left + area.right) / 2, 6)
    expect(view.centerY).toBeCloseTo((area.top + area.bottom) / 2, 6)
  })

  it('uses the room there is: a flat map touches the margin on two sides', () => {
    const box = toUnitBox(new Float32Array([0, 0, 0, 1, 1, 0]))
    const view = createView(fitCamera(box, FLAT_POSE, frame), box.extents, frame.width, frame.height)
    const screen = new Float32Array(6)
    projectAll(box.positions, view, screen)
    const [left, bottom, , right, top] = screen
    const spare = Math.min(left - area.left, area.right - right, top - area.top, area.bottom - bottom)
    expect(spare).toBeLessThan(36)
  })
})

it('one point, or none, is no reason for a camera that is not one', () => {
  for (const coordinates of [[], [3, 4, 5], [NaN, NaN, NaN]]) {
    const camera = fitCamera(toUnitBox(new Float32Array(coordinates)), FLAT_POSE, FRAMES.phone)
    expect(Object.values(camera).every(Number.isFinite)).toBe(true)
    expect(camera.zoom).toBeGreaterThan(0)
  }
})
