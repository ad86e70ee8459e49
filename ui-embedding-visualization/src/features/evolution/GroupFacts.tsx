import type { EvolutionGroup } from '@/api/analysisTypes'
import { formatP } from '@/domain/evolution'
import { countOf } from '@/domain/track'
import { playQueue } from '@/state/player'

interface GroupFactsProps {
  group: EvolutionGroup
  /** 0 or 1: which of the two, for its colour. */
  place: number
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`

/** What the figures say of one artist, and the tracks that left most. */
export function GroupFacts({ group, place }: GroupFactsProps) {
  const { drift, test, moves } = group
  return (
    <section className="evolution__card" aria-label={group.name} data-testid="evolution-facts">
      <h2>
        <i className="evolution__spot" data-place={place} aria-hidden />
        {group.name}
      </h2>
      <dl className="evolution__facts">
        <Fact name="Dated tracks" value={`${countOf(group.n_tracks, 'track')}, ${countOf(group.years.length, 'year')}`} />
        <Fact name="Spread around their centroid" value={group.spread.toFixed(3)} />
        {drift?.mean != null && drift.interval_95 && <Fact name="Drift a year" value={`${drift.mean.toFixed(3)} (${drift.interval_95.map((end) => end.toFixed(3)).join(' to ')})`} />}
        {group.net !== null && <Fact name="First to last year" value={group.net.toFixed(3)} />}
        {test && <Fact name="Years explain" value={`${percent(test.observed)} of the variance, shuffled ${percent(test.chance)} (${formatP(test.p_value)})`} />}
      </dl>
      {moves.length > 0 && (
        <>
          <h3>Farthest from all that came before</h3>
          <ol className="evolution__moves">
            {moves.map(({ filename, title, year, distance }) => (
              <li key={filename}>
                <button type="button" className="link" onClick={() => playQueue(moves.map((move) => move.filename), filename)} data-testid="evolution-move">
                  {title}
                </button>
                <span>
                  {year} · {distance.toFixed(2)}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
      {group.notes.map((note) => (
        <p key={note} className="hint">
          {note}
        </p>
      ))}
    </section>
  )
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)
