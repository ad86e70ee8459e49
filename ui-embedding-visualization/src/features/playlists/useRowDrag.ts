import { useRef, useState, type DragEvent, type PointerEvent } from 'react'

/** Number of the row that an element belongs to, or -1. */
export const rowOf = (target: EventTarget | null): number => {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null
  return row ? Number(row.dataset.row) : -1
}

interface Hold {
  row: number
  pointerId: number
  x: number
  y: number
  /** The row that it is over; -1 while it has not been carried anywhere. */
  over: number
}

/** Pixels: less is a press, and how near to an end of the list it begins to scroll. */
const [BEGINS, EDGE] = [5, 44]
const NOTHING = { from: -1, over: -1 }

/** The row in hand, and the row it is over. A mouse takes a row anywhere, a finger at its handle: elsewhere it scrolls the list. */
export function useRowDrag(move: (from: number, to: number) => void) {
  const [drag, setDrag] = useState(NOTHING)
  // What is in hand is known at once, what is drawn of it with the next frame: a quick hand lets go before.
  const hold = useRef<Hold | null>(null)
  const letGo = () => {
    hold.current = null
    setDrag(NOTHING)
  }
  const list = {
    onDragStart: (event: DragEvent) => event.preventDefault(), // a cover alone is not carried away
    onPointerDown: (event: PointerEvent) => {
      if (event.button === 0 && isHold(event)) hold.current = { row: rowOf(event.target), pointerId: event.pointerId, x: event.clientX, y: event.clientY, over: -1 }
    },
    onPointerMove: (event: PointerEvent) => {
      const held = hold.current
      if (held?.pointerId !== event.pointerId) return
      if (held.over < 0 && Math.hypot(event.clientX - held.x, event.clientY - held.y) < BEGINS) return
      event.currentTarget.setPointerCapture(event.pointerId)
      scrollAtEdge(event)
      const over = rowOf(document.elementFromPoint(event.clientX, event.clientY))
      if (over >= 0) held.over = over
      else if (held.over < 0) held.over = held.row
      setDrag({ from: held.row, over: held.over })
    },
    onPointerUp: () => {
      if (hold.current && hold.current.over >= 0) move(hold.current.row, hold.current.over)
      letGo()
    },
    onPointerCancel: letGo,
  }
  return { from: drag.from, over: drag.over === drag.from ? -1 : drag.over, list }
}

function isHold({ target, pointerType }: PointerEvent): boolean {
  if (!(target instanceof Element) || rowOf(target) < 0) return false
  return pointerType === 'mouse' ? !target.closest('.playlist-row__actions') : target.closest('.playlist-row__number') !== null
}

function scrollAtEdge({ currentTarget, clientY }: PointerEvent): void {
  const list = currentTarget.querySelector('.virtual-list')
  const box = currentTarget.getBoundingClientRect()
  if (clientY < box.top + EDGE) list?.scrollBy({ top: -EDGE / 4 })
  else if (clientY > box.bottom - EDGE) list?.scrollBy({ top: EDGE / 4 })
}
