import { useMemo, type CSSProperties } from 'react'
import { useSegmentsOfEach } from '@/api/queries'
import type { ModelInfo, Segments, Track } from '@/api/types'
import { Skeleton } from '@/components/Face'
import { HeatMap } from '@/components/HeatMap'
import { spaceOf } from '@/domain/models'
import { countOf, formatDuration } from '@/domain/track'

interface HeardProps {
  /** Who is listened to. */
  track: Track
  /** The models that have listened. */
  models: readonly ModelInfo[]
}

/** The tags of every model that has any: how strong over the whole track, and when. */
export function Heard({ track, models }: HeardProps) {
  const taggers = useMemo(() => models.filter((info) => info.taggram_kind === 'tags'), [models])
  const segments = useSegmentsOfEach(useMemo(() => taggers.map(spaceOf), [taggers]), track.filename)
  if (taggers.length === 0) return null
  return (
    <section className="track-page__section" aria-label="Tags">
      <h3>Tags, and when they sound</h3>
      {taggers.map((info, i) => (
        <ModelTags key={`${info.model}/${info.variant}`} info={info} segments={segments[i]} duration={track.duration ?? 0} />
      ))}
    </section>
  )
}

interface ModelTagsProps {
  /** The model that hears. */
  info: ModelInfo
  /** What it heard; undefined while that is on its way. */
  segments: Segments | undefined
  /** Of the track, in seconds; 0 if unknown. */
  duration: number
}

function ModelTags({ info, segments, duration }: ModelTagsProps) {
  const heard = segments && segments.starts.length > 0 && segments.tags.length > 0
  return (
    <div className="model-tags" data-testid="model-tags">
      <h4>
        {info.label}, {info.variant_label}
        {heard && <em> · {countOf(segments.starts.length, 'segment')} of {Number(segments.seconds.toFixed(2))} s</em>}
      </h4>
      {!segments && <Skeleton width="100%" height={120} />}
      {segments && !heard && <p className="hint">This model has not heard this track.</p>}
      {heard && <TagRows segments={segments} duration={Math.max(duration, (segments.starts.at(-1) ?? 0) + 0.1)} />}
    </div>
  )
}

function TagRows({ segments, duration }: { segments: Segments; duration: number }) {
  const strongest = Math.max(1e-6, ...segments.means)
  return (
    <div className="model-tags__rows" style={{ '--rows': segments.tags.length } as CSSProperties}>
      <ul>
        {segments.tags.map((tag, i) => (
          <li key={tag}>
            <span>{tag}</span>
            <i aria-hidden="true">
              <b style={{ width: `${(100 * segments.means[i]) / strongest}%` }} />
            </i>
            <em>{segments.means[i].toFixed(2)}</em>
          </li>
        ))}
      </ul>
      <div className="model-tags__time">
        <HeatMap rows={segments.tags} starts={segments.starts} seconds={segments.seconds} duration={duration} values={segments.activations} />
        <p aria-hidden="true">
          <span>0:00</span>
          <span>{formatDuration(duration)}</span>
        </p>
      </div>
    </div>
  )
}
