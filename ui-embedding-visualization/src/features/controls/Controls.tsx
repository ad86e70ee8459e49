import { Skeleton } from '@/components/Face'
import { useExplorer } from '@/state/explorer'
import './controls-panel.css'
import { Legend } from './Legend'
import { ViewControls } from './ViewControls'

/** The left panel: what is drawn, and what its colours mean. */
export function Controls() {
  const { models, query, points } = useExplorer()
  if (!models.data || !query) return models.error ? <p className="hint">The list of models could not be loaded.</p> : <ControlsSkeleton />
  return (
    <>
      <ViewControls answer={models.data} query={query} />
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
