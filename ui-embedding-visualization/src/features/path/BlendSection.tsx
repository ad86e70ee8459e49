import { useBlended } from '@/state/near'
import { changeView, useView } from '@/state/view'
import { FoundTracks } from './FoundTracks'
import { TrackSlot } from './TrackSlot'

/** Tracks that have something of several, and nothing of others. */
export function BlendSection() {
  const { plus } = useView()
  const { data, error } = useBlended()
  return (
    <section className="panel-section" aria-label="Blend">
      <h2>This plus that, minus the other</h2>
      <Slots sign="plus" label="Plus" />
      <Slots sign="minus" label="Minus" />
      {plus.length > 0 ? <FoundTracks hits={data} error={error} label="Near the blend" testId="blend-track" /> : <p className="hint">Start with a track to sound like.</p>}
    </section>
  )
}

interface SlotsProps {
  /** Which list of the view. */
  sign: 'plus' | 'minus'
  /** Beside each place. */
  label: string
}

/** The tracks of one sign, and an empty place for one more. */
function Slots({ sign, label }: SlotsProps) {
  const names = useView()[sign]
  const change = (patch: readonly string[]) => changeView({ [sign]: patch })
  return (
    <>
      {names.map((name) => (
        <TrackSlot key={name} label={label} value={name} onChange={() => change(names.filter((other) => other !== name))} testId={`blend-${sign}`} />
      ))}
      <TrackSlot label={label} value={null} onChange={(name) => name !== null && change([...new Set([...names, name])])} testId={`blend-${sign}-empty`} />
    </>
  )
}
