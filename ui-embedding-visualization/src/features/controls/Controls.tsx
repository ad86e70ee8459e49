import { useState } from 'react'
import { FilterBox } from '@/components/FilterBox'
import { Skeleton } from '@/components/Face'
import { Segmented } from '@/components/Segmented'
import { useExplorer } from '@/state/explorer'
import { changeView, useView, type Side } from '@/state/view'
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
  const { page } = useView()
  const [chosen, setChosen] = useState<Side>('second')
  const layerQuery = second && chosen === 'second' ? second.query : query
  if (!models.data || !query) return models.error ? <p className="hint">The list of models could not be loaded.</p> : <ControlsSkeleton />
  return (
    <>
      {second && <Segmented label="Which map" value={chosen} options={SIDES} onChange={setChosen} testIdPrefix="side" />}
      <ViewControls answer={models.data} query={layerQuery ?? query} side={second ? chosen : 'first'} />
      {page !== 'library' && <FilterSection />}
      {points.data && points.data.count > 0 && <Legend />}
    </>
  )
}

/** The library page has the same words above its table. */
function FilterSection() {
  const { find } = useView()
  return (
    <section className="panel-section" aria-label="Filter">
      <h2>Filter</h2>
      <FilterBox label="Filter tracks: the others turn grey" value={find} onChange={(words) => changeView({ find: words }, 'amend')} testId="map-filter" />
    </section>
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
