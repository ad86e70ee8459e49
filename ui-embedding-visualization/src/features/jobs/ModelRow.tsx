import type { ModelInfo } from '@/api/types'
import { formatBytes, keyOf, whyNotStartable } from '@/domain/jobs'
import { formatCount } from '@/domain/track'

interface ModelRowProps {
  info: ModelInfo
  /** All there are: it may listen through another. */
  models: readonly ModelInfo[]
  /** Tracks of the library. */
  nTracks: number
  /** Whether it is checked. */
  chosen: boolean
  /** It was checked or unchecked. */
  onChoose: () => void
}

export function ModelRow({ info, models, nTracks, chosen, onChoose }: ModelRowProps) {
  const problem = whyNotStartable(info, models)
  const share = nTracks === 0 ? 0 : info.n_extracted / nTracks
  return (
    <li>
      <label className="model-row" data-disabled={problem !== null || undefined} data-testid="model-row" data-key={keyOf(info)}>
        <input type="checkbox" checked={chosen} disabled={problem !== null} onChange={onChoose} />
        <span className="model-row__name">
          <strong>{info.label}</strong>
          <em title={info.release ? `Weights: ${info.release}` : undefined}>{info.variant_label}</em>
        </span>
        <span className="model-row__weights" data-present={info.weights?.present}>
          {problem ?? weightsText(info)}
        </span>
        <span className="model-row__licence">{info.licence ?? 'No weights, no licence'}</span>
        <span className="model-row__heard">
          <i className="model-row__bar" aria-hidden>
            <b style={{ width: `${share * 100}%` }} />
          </i>
          {nTracks === 0 ? 'Nothing to hear yet' : `${formatCount(info.n_extracted)} of ${formatCount(nTracks)} heard`}
          {info.n_failed > 0 && <em>, {formatCount(info.n_failed)} not</em>}
        </span>
      </label>
    </li>
  )
}

/** Whether there is something to download, and how large it is. */
function weightsText(info: ModelInfo): string {
  if (info.weights === null) return 'Nothing to download'
  const size = info.weights.n_bytes === null ? 'size unknown' : formatBytes(info.weights.n_bytes)
  return info.weights.present ? `Here, ${size}` : `To download: ${size}`
}

