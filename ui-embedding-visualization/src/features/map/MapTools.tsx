import { Maximize, Minus, Plus } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import type { PointMapHandle } from '@/components/point-map/PointMap'

interface MapToolsProps {
  /** null until the map is mounted. */
  map: PointMapHandle | null
  /** A 3-D map, which is turned by dragging. */
  deep: boolean
}

/** Buttons for what the wheel and a double click do, so that they can be found. */
export function MapTools({ map, deep }: MapToolsProps) {
  return (
    <div className="map-tools" role="toolbar" aria-label="Map">
      <IconButton label="Fit everything (0)" kind="framed" onClick={() => map?.fit()} testId="map-fit">
        <Maximize size={15} />
      </IconButton>
      <IconButton label="Zoom in (+)" kind="framed" onClick={() => map?.zoomBy(1.6)} testId="map-zoom-in">
        <Plus size={15} />
      </IconButton>
      <IconButton label="Zoom out (−)" kind="framed" onClick={() => map?.zoomBy(1 / 1.6)} testId="map-zoom-out">
        <Minus size={15} />
      </IconButton>
      {deep && <span className="map-tools__hint">Drag turns · right-drag moves</span>}
    </div>
  )
}
