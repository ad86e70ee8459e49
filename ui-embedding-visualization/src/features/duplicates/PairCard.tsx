import { Pause, Play } from 'lucide-react'
import { VERDICTS, type PairedTrack, type TrackPair, type Verdict } from '@/api/analysisTypes'
import { IconButton } from '@/components/IconButton'
import { fileTitle, formatDuration, joinKnown } from '@/domain/track'
import { play, togglePlay, usePlayer } from '@/state/player'

const NAMES: Record<Verdict, string> = { duplicate: 'Same recording', version: 'Version', different: 'Different' }

interface PairCardProps {
  pair: TrackPair
  /** A verdict was given, or taken back (null). */
  onJudge: (verdict: Verdict | null) => void
}

/** Two tracks one above the other, why they are shown, and what they are. */
export function PairCard({ pair, onJudge }: PairCardProps) {
  return (
    <article className="pair" data-testid="pair" data-verdict={pair.verdict ?? 'none'}>
      <div className="pair__tracks">
        {pair.tracks.map((track) => (
          <PairRow key={track.track_id} track={track} />
        ))}
      </div>
      <p className="pair__why">{reasonOf(pair)}</p>
      <div className="pair__verdicts" role="group" aria-label={`What ${nameOf(pair.tracks[0])} and ${nameOf(pair.tracks[1])} are`}>
        {VERDICTS.map((verdict) => (
          <button
            key={verdict}
            type="button"
            className="button"
            aria-pressed={pair.verdict === verdict}
            onClick={() => onJudge(pair.verdict === verdict ? null : verdict)}
            data-testid={`pair-${verdict}`}
          >
            {NAMES[verdict]}
          </button>
        ))}
      </div>
    </article>
  )
}

function PairRow({ track }: { track: PairedTrack }) {
  const sounds = usePlayer((state) => state.track === track.filename && (state.status === 'playing' || state.status === 'loading'))
  const { artist, album, year, duration, file_size: size } = track
  return (
    <div className="pair__track">
      <IconButton label={`${sounds ? 'Pause' : 'Play'} ${track.filename}`} kind="framed" onClick={() => (sounds ? togglePlay() : play(track.filename))} testId="pair-play">
        {sounds ? <Pause size={15} /> : <Play size={15} />}
      </IconButton>
      <span>
        <strong>{nameOf(track)}</strong>
        <em>{joinKnown(artist, album, year, duration === null ? null : formatDuration(duration), size === null ? null : `${(size / 1e6).toFixed(1)} MB`)}</em>
        <em>{track.filename}</em>
      </span>
    </div>
  )
}

const nameOf = ({ title, filename }: PairedTrack) => title || fileTitle(filename)

/** In words: what speaks for the pair. */
function reasonOf({ kind, bit_error_rate: rate, offset_seconds: offset, closeness }: TrackPair): string {
  if (kind === 'version') return closeness === null ? 'Same artist and title; the sound differs.' : `Maybe a version: ${percent(closeness)} of the usual distance apart; the sound differs.`
  if (rate === null) return 'The same sound, byte for byte.'
  const shift = offset === null || Math.abs(offset) < 0.1 ? '' : `, the second from ${offset.toFixed(1)} s of the first`
  return `The sound agrees in ${percent(1 - rate)} of its fingerprint${shift}; different music agrees in half.`
}

const percent = (share: number) => `${Math.round(100 * share)} %`
