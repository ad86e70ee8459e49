import { useMemo } from 'react'
import { useNeighboursInEach } from '@/api/queries'
import type { Hit, ModelInfo, Track } from '@/api/types'
import { Skeleton } from '@/components/Face'
import { NearList } from '@/components/NearList'
import { countLists, formatDistance, nearRows } from '@/domain/hits'
import { spaceOf } from '@/domain/models'
import { useExplorer } from '@/state/explorer'
import { usePlayer } from '@/state/player'
import { changeView } from '@/state/view'

const N_LISTED = 10

interface NeighboursByModelProps {
  /** Whose neighbours. */
  track: Track
  /** The models that have listened. */
  models: readonly ModelInfo[]
}

/** The nearest tracks in every model's space side by side; those that several find are marked. */
export function NeighboursByModel({ track, models }: NeighboursByModelProps) {
  const lists = useNeighboursInEach(useMemo(() => models.map(spaceOf), [models]), track.filename, N_LISTED)
  const counts = countLists(lists.flatMap((list) => (list ? [list] : [])))
  return (
    <section className="track-page__section" aria-label="Neighbours by model">
      <h3>Nearest, model by model</h3>
      <p className="hint">{models.length < 2 ? 'With a second model you would see where the two agree.' : 'A number tells how many of the models have a track among their nearest.'}</p>
      <div className="model-columns">
        {models.map((info, i) => (
          <section key={`${info.model}/${info.variant}`} aria-label={`${info.label}, ${info.variant_label}`} data-testid="model-column">
            <h4>
              {info.label}
              <em> {info.variant_label}</em>
            </h4>
            <Column hits={lists[i]} counts={counts} nModels={models.length} />
          </section>
        ))}
      </div>
    </section>
  )
}

interface ColumnProps {
  /** Nearest first; undefined while they are on their way. */
  hits: Hit[] | undefined
  /** In how many columns each track stands. */
  counts: ReadonlyMap<string, number>
  /** How many columns there are. */
  nModels: number
}

function Column({ hits, counts, nModels }: ColumnProps) {
  const { findTrack } = useExplorer()
  const playing = usePlayer((state) => state.track)
  if (!hits) return <Skeleton width="100%" height={300} />
  if (hits.length === 0) return <p className="hint">This model has not heard this track.</p>
  const items = nearRows(hits, findTrack).map((row) => {
    const n = counts.get(row.key) ?? 1
    return { ...row, distance: formatDistance(row.distance), mark: row.hub, badge: n > 1 ? `${n} of ${nModels}` : null }
  })
  return <NearList items={items} current={playing} onPick={(name) => changeView({ track: name })} label="Neighbours, nearest first" testId="model-neighbour" />
}
