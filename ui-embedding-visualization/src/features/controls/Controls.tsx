import { useState } from 'react'
import { Skeleton } from '@/components/Face'
import { Segmented } from '@/components/Segmented'
import { useExplorer } from '@/state/explorer'
import type { Side } from '@/state/view'
import './controls-panel.css'
import { Legend } from './Legend'
import { ViewControls } from './ViewControls'

const SIDES: { value: Side; label: string }[] = [
  { value: 'first', label: 'First map' },
  { value: 'second', label: 'Second map' },
]

/** The left panel: what is drawn, and what its colours mean. */
export function Controls() {
  const { models, query, points, second } = useExplorer()
  const [chosen, setChosen] = useState<Side>('second')
  const layerQuery = second && chosen === 'second' ? second.query : query
  if (!models.data || !query) return models.error ? <p className="hint">The list of models could not be loaded.</p> : <ControlsSkeleton />
  return (
    <>
      {second && <Segmented label="Which map" value={chosen} options={SIDES} onChange={setChosen} testIdPrefix="side" />}
      <ViewControls answer={models.data} query={layerQuery ?? query} side={second ? chosen : 'first'} />
      {points.data && points.data.keys.length > 0 && <Legend />}
    </>
  )
}

function ControlsSkeleton() {
  return (
    <div className="controls-skeleton" role="status" aria-label="Loading the models">
      {[92, 100, 84, 96, 60, 100, 74, 88].map((width, i) => (
        <Skeleton key={i} width={`${width}%`} height={i === 5 ? 28 : 18} />
      ))}
    </div>
  )
}
