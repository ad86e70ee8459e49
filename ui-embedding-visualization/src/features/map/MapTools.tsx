import { Headphones, Maximize, Minus, Plus } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import type { PointMapHandle } from '@/components/point-map/PointMap'
import { switchPreview, usePreview } from '@/state/preview'
import { SelectionTools } from './SelectionTools'

interface MapToolsProps {
  /** null until the map is mounted. */
  map: PointMapHandle | null
  /** A 3-D map, which is turned by dragging. */
  deep: boolean
}

/** Buttons for what the wheel, a double click and keys held do, so that they can be found. */
export function MapTools({ map, deep }: MapToolsProps) {
  return (
    <div className="map-tools" role="toolbar" aria-label="Map">
      <span className="tool-group" role="group" aria-label="Zoom">
        <IconButton label="Fit everything (0)" onClick={() => map?.fit()} testId="map-fit">
          <Maximize size={15} />
        </IconButton>
        <IconButton label="Zoom in (+)" onClick={() => map?.zoomBy(1.6)} testId="map-zoom-in">
          <Plus size={15} />
        </IconButton>
        <IconButton label="Zoom out (−)" onClick={() => map?.zoomBy(1 / 1.6)} testId="map-zoom-out">
          <Minus size={15} />
        </IconButton>
      </span>
      <SelectionTools />
      <PreviewSwitch />
      {deep && <span className="map-tools__hint">Drag turns · right-drag moves</span>}
    </div>
  )
}

function PreviewSwitch() {
  const on = usePreview((state) => state.on)
  return (
    <span className="tool-group">
      <IconButton label={`Hear what the pointer is over: ${on ? 'on' : 'off'}`} pressed={on} onClick={() => switchPreview(!on)} testId="preview-switch">
        <Headphones size={15} />
      </IconButton>
    </span>
  )
}
