/** Puts an engine, its renderer and its gestures on a DOM element, and takes them off again. */
import type { CameraState } from './camera'
import { CanvasPointRenderer } from './canvasRenderer'
import { PointMapEngine } from './engine'
import { Gestures, type Combine, type Tool } from './gestures'
import { COVERING, measureInsets } from './insets'
import type { Trail } from './lineLayer'
import type { Place } from './markLayer'
import { RegionPen } from './regionPen'
import type { Renderer } from './renderer'

/** What others may ask of the map. Places are in pixels from its top left corner. */
export interface PointMapHandle {
  fit(): void
  zoomBy(factor: number): void
  flyTo(index: number): void
  placeOf(index: number): Place
  /** Calls back after every frame, when points may be elsewhere than before; returns how to stop it. */
  onFrame(listener: () => void): () => void
  /** Where something has been, many times a second: not a prop. */
  setTrail(trail: Trail | null): void
  /** What is drawn of it now. */
  trail(): Trail
}

/** A place, and the size of the map around it. */
export interface HoverPlace extends Place {
  mapWidth: number
  mapHeight: number
}

function hoverPlace(engine: PointMapEngine, index: number): HoverPlace {
  const { width, height } = engine.camera.view
  return { ...engine.placeOf(index), mapWidth: width, mapHeight: height }
}

export interface MapCallbacks {
  /** The pointer is over another point, at this place, or over none (-1). */
  onHover: (index: number, place: HoverPlace | null) => void
  /** A point was clicked, or reached by key. */
  onPick: (index: number) => void
  /** A point was clicked with Ctrl or Command held. */
  onToggle: (index: number) => void
  /** A region was drawn around these points; how: what the keys held say, null for none. */
  onRegion: (indices: number[], how: Combine | null) => void
  /** A double click beside all points. */
  onNothing: () => void
  /** This browser cannot draw at all. */
  onUndrawable: () => void
  /** Every point is drawn where it belongs: told with each such picture. */
  onDrawn: () => void
  /** The camera has come to rest; null: everything fits. */
  onCamera: (camera: CameraState | null) => void
}

/** The callbacks of the latest render. */
type Latest = { readonly current: MapCallbacks & { tool: Tool } }

type FrameListeners = Set<() => void>

const CAMERA_REST_MS = 250
const CONTEXT: WebGLContextAttributes = { alpha: true, antialias: false, powerPreference: 'high-performance' }

const hasCanvas = () => document.createElement('canvas').getContext('2d') !== null

/** WebGL where there is any (in its own chunk; a driver may refuse late, hence the catch), else a plain canvas; null where there is neither. */
async function createRenderer(): Promise<Renderer | null> {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('webgl2', CONTEXT)
  if (!context) return hasCanvas() ? new CanvasPointRenderer() : null
  try {
    return (await import('./webglRenderer')).createWebglRenderer(canvas, context)
  } catch {
    return new CanvasPointRenderer()
  }
}

/** That of the first map, if it was made before there were points to draw. */
let prepared: Promise<Renderer | null> | null = null

/** Starts WebGL, which takes as long as points take to come. */
export function prepareRenderer(): void {
  prepared ??= createRenderer()
}

function takeRenderer(): Promise<Renderer | null> {
  const renderer = prepared ?? createRenderer()
  prepared = null
  return renderer
}

export function mountEngine(root: HTMLElement, overlay: HTMLElement, latest: Latest) {
  const ending = new AbortController()
  const frameListeners: FrameListeners = new Set()
  const engine = new PointMapEngine(overlay, {
    onFrame: () => frameListeners.forEach((listener) => listener()),
    onSettled: (settled) => {
      root.dataset.settled = String(settled)
      if (settled) latest.current.onDrawn()
    },
    onCamera: whenAtRest((camera) => {
      engine.reportedCamera = camera
      latest.current.onCamera(camera)
    }, ending.signal),
  })
  const gestures = createGestures(root, engine, new RegionPen(overlay), latest)
  watchFrame(root, engine, ending.signal)
  void takeRenderer().then((renderer) => {
    if (ending.signal.aborted) return renderer?.dispose()
    if (!renderer) return latest.current.onUndrawable()
    root.prepend(renderer.canvas)
    root.dataset.renderer = renderer.kind
    engine.setRenderer(renderer)
    renderer.canvas.addEventListener('webglcontextrestored', () => engine.setRenderer(renderer), { signal: ending.signal })
  })
  const dispose = () => {
    ending.abort()
    gestures.dispose()
    engine.dispose()
    overlay.replaceChildren()
  }
  return { engine, handle: createHandle(engine, gestures, frameListeners), dispose }
}

/** Keeps the engine informed of the map's size and of what covers it. */
function watchFrame(root: HTMLElement, engine: PointMapEngine, signal: AbortSignal): void {
  const measure = () => {
    const { width, height } = root.getBoundingClientRect()
    engine.setFrame({ width: Math.max(1, width), height: Math.max(1, height), insets: measureInsets(root) })
  }
  measure() // the observer reports it after the first picture, which would be drawn twice
  const watcher = new ResizeObserver(measure)
  for (const element of [root, ...document.querySelectorAll(COVERING)]) watcher.observe(element)
  // A drawer that opens moves, and keeps its size.
  const moved = (event: TransitionEvent) => event.target instanceof Element && event.target.matches(COVERING) && measure()
  document.addEventListener('transitionend', moved, { signal })
  signal.addEventListener('abort', () => watcher.disconnect())
}

function whenAtRest(report: (camera: CameraState | null) => void, signal: AbortSignal) {
  let timer = 0
  signal.addEventListener('abort', () => window.clearTimeout(timer))
  return (camera: CameraState | null) => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => report(camera), CAMERA_REST_MS)
  }
}

/** Hover is told once per point; nothing is hovered while the hand moves the map. */
function createGestures(root: HTMLElement, engine: PointMapEngine, pen: RegionPen, latest: Latest): Gestures {
  const hover = (index: number) => {
    if (index === engine.overlay.marks.get('hovered')) return
    engine.decorate(({ marks }) => marks.set('hovered', index))
    root.classList.toggle('point-map--over', index >= 0)
    latest.current.onHover(index, index < 0 ? null : hoverPlace(engine, index))
  }
  return new Gestures(root, engine, pen, {
    onHover: hover,
    onPick: (index) => latest.current.onPick(index),
    onToggle: (index) => latest.current.onToggle(index),
    onRegion: (indices, how) => latest.current.onRegion(indices, how),
    onNothing: () => latest.current.onNothing(),
    tool: () => latest.current.tool,
    onGrab: (grabbed) => {
      root.classList.toggle('point-map--grabbed', grabbed)
      if (grabbed) hover(-1)
    },
  })
}

function createHandle(engine: PointMapEngine, gestures: Gestures, frameListeners: FrameListeners): PointMapHandle {
  return {
    fit: () => engine.fit(),
    zoomBy: (factor) => gestures.zoomBy(factor),
    flyTo: (index) => engine.camera.flyToPoint(index),
    placeOf: (index) => engine.placeOf(index),
    onFrame: (listener) => {
      frameListeners.add(listener)
      return () => frameListeners.delete(listener)
    },
    setTrail: (trail) => engine.decorate((overlay) => overlay.lines.setTrail(trail)),
    trail: () => engine.overlay.lines.currentTrail,
  }
}
