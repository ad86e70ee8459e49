import { useEffect, useRef, type RefObject } from 'react'
import type { CameraState } from './camera'
import type { PointMapEngine } from './engine'
import type { Tool } from './gestures'
import { mountEngine, type MapCallbacks, type PointMapHandle } from './mount'
import type { MapLabel } from './labelLayer'
import type { MapLine } from './lineLayer'
import './point-map.css'
import type { PointData, PointStyle } from './points'
import type { MapLook } from './renderer'

interface PointMapProps extends MapCallbacks {
  /** The points. Other coordinates start the movement from the old map to the new one. */
  data: PointData
  /** Their colours, and which of them are greyed. */
  style: PointStyle
  /** Colours of the ground and of greyed points. */
  look: MapLook
  /** Names of groups, drawn on a flat map. */
  labels: readonly MapLabel[]
  /** The name of a point, drawn beside it when few are in sight. Keep it stable. */
  titleOf: (index: number) => string
  /** Lines from point to point. */
  lines: readonly MapLine[]
  /** Index of the point in focus, or -1. */
  selected: number
  /** Index of the point that sounds, or -1. */
  playing: number
  /** Index of a point that is pointed at elsewhere, or -1. */
  echo: number
  /** Where to look; null fits everything. Applied when it changes. */
  camera: CameraState | null
  /** What a drag does. */
  tool: Tool
  /** No animation. */
  still: boolean
  /** What a screen reader says of the map. */
  label: string
  /** Hook for browser tests. */
  testId: string
  /** Gives the handle while the map is mounted, then null. A stable function. */
  onReady: (handle: PointMapHandle | null) => void
}

export type { Combine, Tool } from './gestures'
export type { MapLabel } from './labelLayer'
export type { MapLine, Trail } from './lineLayer'
export type { HoverPlace, PointMapHandle } from './mount'

/** A map of points: pan, zoom, orbit, hover, pick. It knows arrays and callbacks, and nothing of music or servers. */
export function PointMap(props: PointMapProps) {
  const root = useRef<HTMLDivElement>(null)
  const overlay = useRef<HTMLDivElement>(null)
  const engine = useRef<PointMapEngine | null>(null)
  const latest = useLatest(props)

  const { onReady } = props
  useEffect(() => {
    if (!root.current || !overlay.current) return undefined
    const mounted = mountEngine(root.current, overlay.current, latest)
    engine.current = mounted.engine
    onReady(mounted.handle)
    return () => {
      onReady(null)
      mounted.dispose()
      engine.current = null
    }
  }, [onReady, latest])
  useEngineProps(engine, props)

  return (
    <div
      ref={root}
      className="point-map"
      data-testid={props.testId}
      data-points={props.data.count}
      data-dimensions={props.data.dimensions}
      data-settled="false"
      data-tool={props.tool}
      role="application"
      aria-label={props.label}
      aria-roledescription="map of tracks"
      tabIndex={0}
    >
      <div ref={overlay} className="point-map__overlay" aria-hidden="true" />
    </div>
  )
}

function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value)
  useEffect(() => {
    ref.current = value
  })
  return ref
}

/** Each prop goes to the engine when it changes; the engine draws. The order matters: points first, then what refers to them. */
function useEngineProps(slot: RefObject<PointMapEngine | null>, props: PointMapProps) {
  const { data, style, look, labels, titleOf, lines, selected, playing, echo, camera, still } = props
  const shown = useRef<{ engine: PointMapEngine | null; data: PointData | null }>({ engine: null, data: null })
  useEffect(() => slot.current?.setMotion(!still), [slot, still])
  useEffect(() => {
    const engine = slot.current
    if (!engine) return
    const fresh = shown.current.engine !== engine || shown.current.data?.coordinates !== data.coordinates
    if (fresh) engine.setData(data, style)
    else engine.setStyle(style)
    shown.current = { engine, data }
  }, [slot, data, style])
  useEffect(() => {
    const engine = slot.current
    // A camera the map itself has told comes back as the same object: nothing to do.
    if (engine && camera !== engine.reportedCamera) engine.camera.flyTo(camera ?? engine.camera.fitted)
  }, [slot, camera])
  useEffect(() => slot.current?.setLook(look), [slot, look])
  useEffect(() => slot.current?.decorate((overlay) => overlay.labels.set(labels)), [slot, labels])
  useEffect(() => slot.current?.decorate(({ titles }) => titles.set(titleOf)), [slot, titleOf, data])
  useEffect(() => slot.current?.decorate(({ marks }) => marks.set('selected', selected)), [slot, selected, data])
  useEffect(() => slot.current?.decorate(({ marks }) => marks.set('playing', playing)), [slot, playing, data])
  useEffect(() => slot.current?.decorate(({ marks }) => marks.set('echo', echo)), [slot, echo, data])
  useEffect(() => slot.current?.decorate((overlay) => overlay.lines.setLines(lines)), [slot, lines, data])
}
