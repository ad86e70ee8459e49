import { Columns2, Headphones, Maximize, Minus, Plus, X } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import type { PointMapHandle } from '@/components/point-map/PointMap'
import { useSecondMapSwitch } from '@/state/compare'
import { useExplorer } from '@/state/explorer'
import { switchPreview, usePreview } from '@/state/preview'
import type { Side } from '@/state/view'
import { SelectionTools } from './SelectionTools'

interface MapToolsProps {
  /** null until the map is mounted. */
  map: PointMapHandle | null
  /** A 3-D map, which is turned by dragging. */
  deep: boolean
  /** Which map, of two: what both share stands on the first. */
  side: Side
}

/** Buttons for what the wheel, a double click and keys held do, so that they can be found. */
export function MapTools({ map, deep, side }: MapToolsProps) {
  const hook = (name: string) => (side === 'first' ? `map-${name}` : `second-map-${name}`)
  return (
    <div className="map-tools" data-covers-map role="toolbar" aria-label={side === 'first' ? 'Map' : 'Second map'}>
      <span className="tool-group" role="group" aria-label="Zoom">
        <IconButton label="Fit everything (0)" onClick={() => map?.fit()} testId={hook('fit')}>
          <Maximize size={15} />
        </IconButton>
        <IconButton label="Zoom in (+)" onClick={() => map?.zoomBy(1.6)} testId={hook('zoom-in')}>
          <Plus size={15} />
        </IconButton>
        <IconButton label="Zoom out (−)" onClick={() => map?.zoomBy(1 / 1.6)} testId={hook('zoom-out')}>
          <Minus size={15} />
        </IconButton>
      </span>
      {side === 'first' && <SelectionTools />}
      {side === 'first' && <PreviewSwitch />}
      <SecondMapSwitch side={side} />
      {deep && <span className="map-tools__hint">Drag turns · right-drag moves</span>}
    </div>
  )
}

function SecondMapSwitch({ side }: { side: Side }) {
  const { second } = useExplorer()
  const toggle = useSecondMapSwitch()
  return (
    <span className={side === 'first' ? 'tool-group' : 'tool-group tool-group--last'}>
      {side === 'first' ? (
        <IconButton label={second ? 'Close the second map (c)' : 'Compare with a second map (c)'} pressed={second !== null} onClick={toggle} testId="second-map-switch">
          <Columns2 size={15} />
        </IconButton>
      ) : (
        <IconButton label="Close this map (c)" onClick={toggle} testId="second-map-close">
          <X size={15} />
        </IconButton>
      )}
    </span>
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
