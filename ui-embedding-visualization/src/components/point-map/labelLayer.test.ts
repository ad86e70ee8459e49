import { describe, expect, it, vi } from 'vitest'
import { createView, FLAT_POSE } from './camera'
import { LabelLayer, type LabelFrame } from './labelLayer'

const [WIDTH, HEIGHT] = [80, 18]
const AREA = { left: 0, top: 50, right: 400, bottom: 560 }
const FRAME: LabelFrame = {
  view: createView(FLAT_POSE, [1, 1, 0], 400, 600),
  toBox: (x, y, z) => [x, y, z],
  area: AREA,
  lift: 10,
  shown: true,
  near: false,
}

/** Boxes of the labels that are shown at these places of the map, and how many are not. */
function place(...positions: [number, number][]) {
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(WIDTH)
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(HEIGHT)
  const layer = new LabelLayer(document.createElement('div'))
  layer.set(positions.map(([x, y]) => ({ text: 'jazz', colour: 'red', position: [x, y, 0] })))
  vi.restoreAllMocks()
  return layer.place(FRAME)
}

describe('labels', () => {
  it('are moved inside what nothing covers', () => {
    const corners = place([-0.8, 1], [0.8, 1], [0.8, -1])
    expect(corners).toHaveLength(3)
    for (const box of corners) {
      expect(box.left).toBeGreaterThanOrEqual(AREA.left)
      expect(box.right).toBeLessThanOrEqual(AREA.right)
      expect(box.top).toBeGreaterThanOrEqual(AREA.top)
      expect(box.bottom).toBeLessThanOrEqual(AREA.bottom)
    }
  })

  it('are hidden where their own place is covered', () => {
    expect(place([0, 1.9])).toEqual([])
    expect(place([0, 0])).toHaveLength(1)
  })
})
