/** Boxes on the screen, in pixels: texts, which must not overlap, and the area they must stay in. */

export interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

const GAP = 3

export const boxAbove = (x: number, y: number, width: number, height: number): Box => ({ left: x - width / 2, right: x + width / 2, top: y - height, bottom: y })

/** gap: pixels that must be between them. */
export const overlap = (a: Box, b: Box, gap = 0): boolean => a.left < b.right + gap && b.left < a.right + gap && a.top < b.bottom + gap && b.top < a.bottom + gap

export const isFree = (box: Box, taken: readonly Box[]): boolean => !taken.some((other) => overlap(box, other, GAP))

export const containsPoint = (area: Box, x: number, y: number): boolean => x >= area.left && x <= area.right && y >= area.top && y <= area.bottom

export const contains = (area: Box, box: Box): boolean => containsPoint(area, box.left, box.top) && containsPoint(area, box.right, box.bottom)

export const centerOf = (box: Box): { x: number; y: number } => ({ x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 })

/** How far to move low … high so that it starts and ends inside. */
const shiftInside = (low: number, high: number, start: number, end: number) => (low < start ? start - low : Math.min(0, end - high))

/** The box, moved as little as possible to be inside the area, if it is not larger. */
export function moveInside(box: Box, area: Box): Box {
  const dx = shiftInside(box.left, box.right, area.left, area.right)
  const dy = shiftInside(box.top, box.bottom, area.top, area.bottom)
  return { left: box.left + dx, right: box.right + dx, top: box.top + dy, bottom: box.bottom + dy }
}
