/** Boxes of text on the screen, which must not lie over one another. */

export interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

const GAP = 3

export const boxAbove = (x: number, y: number, width: number, height: number): Box => ({ left: x - width / 2, right: x + width / 2, top: y - height, bottom: y })

const overlap = (a: Box, b: Box) => a.left < b.right + GAP && b.left < a.right + GAP && a.top < b.bottom + GAP && b.top < a.bottom + GAP

export const isFree = (box: Box, taken: readonly Box[]): boolean => !taken.some((other) => overlap(box, other))
