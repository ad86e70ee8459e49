import { describe, expect, it } from 'vitest'
import { createView, DEEP_POSE, FLAT_POSE, isSameCamera, mixCameras, orbit, pan, projectAll, zoomAt, type CameraState } from './camera'
import type { Extents } from './geometry'

const FLAT: Extents = [1, 0.6, 0]
const DEEP: Extents = [1, 1, 1]
const [WIDTH, HEIGHT] = [800, 600]

function project(camera: CameraState, point: number[], extents = FLAT) {
  const out = new Float32Array(3)
  projectAll(new Float32Array(point), createView(camera, extents, WIDTH, HEIGHT), out)
  return { x: out[0], y: out[1], depth: out[2] }
}

describe('the camera', () => {
  it('fits the whole flat map, upright and centred', () => {
    expect(project(FLAT_POSE, [0, 0, 0])).toMatchObject({ x: WIDTH / 2, y: HEIGHT / 2 })
    const corner = project(FLAT_POSE, [1, 0.6, 0])
    expect(corner.x).toBeGreaterThan(WIDTH / 2 + 200)
    expect(corner.x).toBeLessThan(WIDTH)
    expect(corner.y).toBeLessThan(HEIGHT / 2)
  })

  it('fits every corner of a deep map, from any side', () => {
    for (const theta of [0, 0.55, 1.5, 3]) {
      for (const corner of [[1, 1, 1], [-1, -1, 1], [1, -1, -1]]) {
        const { x, y } = project({ ...DEEP_POSE, theta }, corner, DEEP)
        expect(x > -60 && x < WIDTH + 60 && y > -60 && y < HEIGHT + 60).toBe(true)
      }
    }
  })

  it('shows a flat map without perspective: equal steps are equal', () => {
    const [a, b, c] = [-1, 0, 1].map((x) => project(FLAT_POSE, [x, 0.3, 0]).x)
    expect(b - a).toBeCloseTo(c - b, 3)
  })

  it('pans with the hand', () => {
    const moved = pan(FLAT_POSE, createView(FLAT_POSE, FLAT, WIDTH, HEIGHT), 30, -20)
    expect(project(moved, [0, 0, 0])).toMatchObject({ x: expect.closeTo(WIDTH / 2 + 30, 2) as number, y: expect.closeTo(HEIGHT / 2 - 20, 2) as number })
  })

  it('zooms at the cursor: what is under it stays', () => {
    const point = [0.7, -0.2, 0]
    const { x, y } = project(FLAT_POSE, point)
    const after = project(zoomAt(FLAT_POSE, createView(FLAT_POSE, FLAT, WIDTH, HEIGHT), 5, x, y), point)
    expect(after.x).toBeCloseTo(x, 1)
    expect(after.y).toBeCloseTo(y, 1)
  })

  it('zooms neither through the floor nor to the moon', () => {
    const view = createView(FLAT_POSE, FLAT, WIDTH, HEIGHT)
    expect(zoomAt(FLAT_POSE, view, 1e9, 0, 0).zoom).toBeLessThanOrEqual(400)
    expect(zoomAt(FLAT_POSE, view, 1e-9, 0, 0).zoom).toBeGreaterThan(0)
  })

  it('does not turn over the pole', () => {
    expect(orbit(DEEP_POSE, 0, 1e6).phi).toBeLessThan(Math.PI / 2)
  })

  it('near points are nearer', () => {
    expect(project(DEEP_POSE, [0, 0, 0.9], DEEP).depth).toBeLessThan(project(DEEP_POSE, [0, 0, -0.9], DEEP).depth)
  })

  it('flies from start to goal', () => {
    expect(isSameCamera(mixCameras(FLAT_POSE, DEEP_POSE, 0), FLAT_POSE)).toBe(true)
    expect(isSameCamera(mixCameras(FLAT_POSE, DEEP_POSE, 1), DEEP_POSE)).toBe(true)
    expect(isSameCamera(FLAT_POSE, DEEP_POSE)).toBe(false)
  })
})
