import { Slider } from '@/components/Slider'
import { countOf } from '@/domain/track'
import { useJourney } from '@/state/near'
import { changeView, useView } from '@/state/view'
import { FoundTracks } from './FoundTracks'
import { TrackSlot } from './TrackSlot'

const MAX_STEPS = 30

/** Tracks that lead from one to another, each a small step on. */
export function JourneySection() {
  const { from, to, steps } = useView()
  const { data, error } = useJourney()
  return (
    <section className="panel-section" aria-label="Path">
      <h2>From here to there</h2>
      <TrackSlot label="From" value={from} onChange={(value) => changeView({ from: value })} testId="path-from" />
      <TrackSlot label="To" value={to} onChange={(value) => changeView({ to: value })} testId="path-to" />
      {from !== null && to !== null && (
        <>
          <div className="path-steps">
            <Slider label="Tracks between" value={steps} max={MAX_STEPS} step={1} onChange={(value) => changeView({ steps: Math.max(1, value) }, 'amend')} valueText={countOf(steps, 'track')} ownArrows />
            <span>{steps} between</span>
          </div>
          <FoundTracks hits={data} error={error} label="The path" testId="path-track" />
        </>
      )}
      {(from === null || to === null) && <p className="hint">Choose two tracks: the path leads through the model’s own space, not over the flat map.</p>}
    </section>
  )
}
