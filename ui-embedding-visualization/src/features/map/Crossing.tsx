import { useEffect, useRef } from 'react'
import type { PointMapHandle } from '@/components/point-map/PointMap'
import type { MapLayer } from '@/state/explorer'
import { useHover } from '@/state/hover'
import { useView } from '@/state/view'

interface CrossingProps {
  /** The map on the left, and how to ask it. */
  first: MapLayer
  firstMap: PointMapHandle
  /** The map on the right, and how to ask it. */
  second: MapLayer
  secondMap: PointMapHandle
}

type Spot = { x: number; y: number } | null

/** Lines from map to map, between the two places of the track in focus and of the one under the pointer. */
export function Crossing({ first, firstMap, second, secondMap }: CrossingProps) {
  const { track } = useView()
  const hovered = useHover((state) => state.track)
  const focusLine = useRef<SVGPathElement>(null)
  const hoverLine = useRef<SVGPathElement>(null)
  useEffect(() => {
    const draw = () => {
      for (const [line, name] of [[focusLine.current, track], [hoverLine.current, hovered]] as const) {
        const stage = line?.closest<HTMLElement>('.map-stage')
        if (!line || !stage) continue
        const from = spotOf(stage, 'first', firstMap, first.indexOf(name))
        const to = spotOf(stage, 'second', secondMap, second.indexOf(name))
        line.setAttribute('d', from && to ? bow(from, to) : '')
      }
    }
    draw()
    const endings = [firstMap.onFrame(draw), secondMap.onFrame(draw)]
    return () => endings.forEach((end) => end())
  }, [first, firstMap, second, secondMap, track, hovered])
  return (
    <svg className="map-crossing" aria-hidden="true" data-testid="map-crossing">
      <path ref={focusLine} />
      <path ref={hoverLine} className="map-crossing__hover" />
    </svg>
  )
}

/** In pixels from the top left of the stage; null where the track is not in sight. */
function spotOf(stage: HTMLElement, side: string, map: PointMapHandle, index: number): Spot {
  const pane = stage.querySelector<HTMLElement>(`[data-side=${side}]`)
  if (!pane || index < 0) return null
  const { x, y, visible } = map.placeOf(index)
  const inside = visible && x >= 0 && y >= 0 && x <= pane.clientWidth && y <= pane.clientHeight
  return inside ? { x: pane.offsetLeft + pane.clientLeft + x, y: pane.offsetTop + pane.clientTop + y } : null
}

/** A curve that leaves and arrives along the longer way. */
function bow(a: NonNullable<Spot>, b: NonNullable<Spot>): string {
  const [dx, dy] = Math.abs(b.x - a.x) > Math.abs(b.y - a.y) ? [(b.x - a.x) / 2, 0] : [0, (b.y - a.y) / 2]
  const at = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`
  return `M ${at(a.x, a.y)} C ${at(a.x + dx, a.y + dy)}, ${at(b.x - dx, b.y - dy)}, ${at(b.x, b.y)}`
}
