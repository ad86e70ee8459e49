/** Hands on the map: drag, wheel, pinch, click and keys become camera movements and picks. */
import { centerOf } from './boxes'
import { orbit, pan, zoomAt } from './camera'
import type { PointMapEngine } from './engine'
import type { Direction } from './geometry'
import type { RegionPen, RegionShape } from './regionPen'

export interface GestureEvents {
  /** index -1: nothing under the pointer. */
  onHover(index: number): void
  onPick(index: number): void
  /** A click with Ctrl or Command held. */
  onToggle(index: number): void
  /** The hand moves the map. */
  onGrab(grabbed: boolean): void
  /** A region was drawn around these points. */
  onRegion(indices: number[], how: Combine | null): void
  /** A double click beside all points. */
  onNothing(): void
  /** What a drag does. */
  tool(): Tool
}

export type Tool = 'pan' | RegionShape
/** How a region changes what was selected before. */
export type Combine = 'add' | 'subtract' | 'intersect'

const CLICK_SLOP_PIXELS = 4
const ARROWS: Record<string, Direction> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }

/** Shift draws a lasso whatever the tool. */
function shapeFor(tool: Tool, event: PointerEvent): RegionShape | null {
  if (event.button !== 0) return null
  if (tool !== 'pan') return tool
  return event.shiftKey ? 'lasso' : null
}

/** Ctrl or Command adds, Alt takes away, both keep what is in both; null: no key says. */
function combineOf({ ctrlKey, metaKey, altKey }: PointerEvent): Combine | null {
  if (ctrlKey || metaKey) return altKey ? 'intersect' : 'add'
  return altKey ? 'subtract' : null
}

interface Hand {
  x: number
  y: number
}

export class Gestures {
  private readonly hands = new Map<number, Hand>()
  private readonly ending = new AbortController()
  private travelled = 0
  private hoverRequest = 0

  constructor(
    private readonly root: HTMLElement,
    private readonly engine: PointMapEngine,
    private readonly pen: RegionPen,
    private readonly events: GestureEvents,
  ) {
    const { signal } = this.ending
    const pane = root.parentElement ?? root // with the toolbar and the notes over the map: a region may begin on them too
    pane.addEventListener('pointerdown', this.down, { signal })
    pane.addEventListener('pointermove', this.move, { signal })
    pane.addEventListener('pointerup', this.up, { signal })
    pane.addEventListener('pointercancel', this.cancel, { signal })
    root.addEventListener('pointerleave', this.leave, { signal })
    root.addEventListener('dblclick', this.doubleClick, { signal })
    root.addEventListener('wheel', this.wheel, { signal, passive: false })
    root.addEventListener('keydown', this.key, { signal })
    root.addEventListener('contextmenu', (event) => event.preventDefault(), { signal })
  }

  dispose(): void {
    this.ending.abort()
    cancelAnimationFrame(this.hoverRequest)
  }

  private at(event: MouseEvent): Hand {
    const box = this.root.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  private isOnMap(event: PointerEvent): boolean {
    return event.target instanceof Node && this.root.contains(event.target)
  }

  private down = (event: PointerEvent) => {
    const shape = shapeFor(this.events.tool(), event)
    const onMap = this.isOnMap(event)
    if (!onMap && !shape) return
    if (this.hands.size === 0) this.travelled = 0
    this.hands.set(event.pointerId, this.at(event))
    // A button keeps the pointer until the pointer moves: without that it is pressed as ever.
    const holder = onMap ? this.root : (event.target as Element)
    holder.setPointerCapture(event.pointerId)
    if (this.hands.size > 1) this.pen.finish()
    else if (shape) this.pen.start(shape, this.at(event).x, this.at(event).y)
  }

  private move = (event: PointerEvent) => {
    const before = this.hands.get(event.pointerId)
    const now = this.at(event)
    if (!before) return this.isOnMap(event) ? this.hover(now) : undefined
    this.travelled += Math.hypot(now.x - before.x, now.y - before.y)
    if (this.travelled < CLICK_SLOP_PIXELS && this.hands.size === 1) return
    if (this.pen.drawing) return this.extendRegion(event.pointerId, now)
    this.events.onGrab(true)
    if (this.hands.size === 2) this.pinch(event.pointerId, before, now)
    else this.drag(now.x - before.x, now.y - before.y, (event.buttons & 2) !== 0)
    this.hands.set(event.pointerId, now)
  }

  /** The map takes the pointer from the button that the region began on, and keeps it from those it crosses. */
  private extendRegion(pointerId: number, { x, y }: Hand): void {
    this.root.setPointerCapture(pointerId)
    this.pen.extend(x, y)
  }

  private drag(dx: number, dy: number, slide: boolean): void {
    const { engine } = this
    const { state, view } = engine.camera
    engine.setCamera(engine.isDeep && !slide ? orbit(state, dx, dy) : pan(state, view, dx, dy))
  }

  private pinch(id: number, before: Hand, now: Hand): void {
    const other = [...this.hands].find(([key]) => key !== id)?.[1]
    if (!other) return
    const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y))
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }
    const zoomed = zoomAt(this.engine.camera.state, this.engine.camera.view, factor, middle.x, middle.y)
    this.engine.setCamera(pan(zoomed, this.engine.camera.view, (now.x - before.x) / 2, (now.y - before.y) / 2))
  }

  private up = (event: PointerEvent) => {
    if (!this.hands.has(event.pointerId)) return
    const wasClick = this.hands.size === 1 && this.travelled < CLICK_SLOP_PIXELS && event.button === 0
    const wasRegion = this.pen.drawing && !wasClick
    const polygon = this.pen.finish()
    this.cancel(event)
    if (wasRegion) this.events.onRegion(this.engine.pickRegion(polygon), combineOf(event))
    if (!wasClick || !this.isOnMap(event)) return
    const { x, y } = this.at(event)
    const index = this.engine.pick(x, y)
    if (index < 0) return
    if (event.ctrlKey || event.metaKey) this.events.onToggle(index)
    else this.events.onPick(index)
  }

  private cancel = (event: PointerEvent) => {
    this.pen.finish()
    this.hands.delete(event.pointerId)
    if (this.hands.size === 0) this.events.onGrab(false)
  }

  private leave = () => {
    cancelAnimationFrame(this.hoverRequest)
    this.hoverRequest = 0
    this.events.onHover(-1)
  }

  /** At most one pick a frame. */
  private hover({ x, y }: Hand): void {
    cancelAnimationFrame(this.hoverRequest)
    this.hoverRequest = requestAnimationFrame(() => this.events.onHover(this.engine.pick(x, y)))
  }

  private doubleClick = (event: MouseEvent) => {
    const { x, y } = this.at(event)
    if (this.engine.pick(x, y) < 0) this.events.onNothing()
  }

  private wheel = (event: WheelEvent) => {
    event.preventDefault()
    this.events.onHover(-1)
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    const factor = Math.exp((-event.deltaY * lines * (event.ctrlKey ? 8 : 1.6)) / 1000)
    const { x, y } = this.at(event)
    this.engine.setCamera(zoomAt(this.engine.camera.state, this.engine.camera.view, factor, x, y))
  }

  zoomBy(factor: number): void {
    const { engine } = this
    const { x, y } = centerOf(engine.camera.area)
    engine.camera.flyTo(zoomAt(engine.camera.state, engine.camera.view, factor, x, y), 200)
  }

  private key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const direction = ARROWS[event.key] as Direction | undefined
    if (direction) this.step(direction)
    else if (event.key === '+' || event.key === '=') this.zoomBy(1.5)
    else if (event.key === '-') this.zoomBy(1 / 1.5)
    else if (event.key === '0') this.engine.fit()
    else if (event.key === 'Enter') this.pickSelected()
    else if (event.key === 'Escape' && this.pen.drawing) this.pen.finish()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  private step(direction: Direction): void {
    const index = this.engine.pickTowards(direction)
    if (index < 0) return
    this.events.onPick(index)
    this.engine.reveal(index)
  }

  private pickSelected(): void {
    const index = this.engine.overlay.marks.get('selected')
    if (index >= 0) this.events.onPick(index)
  }
}
