import { Skeleton } from '@/components/Face'
import type { Track } from '@/api/types'
import { countOf, formatCount, formatTotal } from '@/domain/track'
import { useExplorer } from '@/state/explorer'

interface LibrarySummaryProps {
  /** A selected file name that the library does not have. */
  missing: string | null
}

/** What the right panel shows while nothing is selected: an invitation, and what there is to hear. */
export function LibrarySummary({ missing }: LibrarySummaryProps) {
  const { tracks } = useExplorer()
  if (tracks.error) return <p className="hint">The list of tracks could not be loaded.</p>
  if (!tracks.data) return <Skeleton width="100%" height={120} />
  if (tracks.data.length === 0) return <p className="hint">Your tracks will appear here.</p>
  return (
    <>
      <div className="invitation">
        <h2>{missing === null ? 'Pick a point, hear a track' : 'That track is not in the library'}</h2>
        <p>Each point is one track. Tracks the model hears as alike lie close together. Hover to see which one it is, click to play it.</p>
      </div>
      <Facts tracks={tracks.data} />
      <section className="panel-section">
        <h2>Keys</h2>
        <ul className="keys">
          <li>
            <kbd>/</kbd> search
          </li>
          <li>
            <kbd>Space</kbd> play, pause
          </li>
          <li>
            <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd> next track that way
          </li>
          <li>
            <kbd>?</kbd> all keys
          </li>
        </ul>
      </section>
    </>
  )
}

const distinct = (values: (string | null)[]) => new Set(values.filter((value) => value !== null)).size

function libraryFacts(tracks: readonly Track[]): [string, string][] {
  const years = tracks.map((track) => track.year).filter((year) => year !== null)
  const seconds = tracks.reduce((sum, track) => sum + (track.duration ?? 0), 0)
  const unreadable = tracks.filter((track) => track.status === 'error').length
  const facts: [string, string | null][] = [
    ['Music', `${countOf(tracks.length, 'track')}, ${formatTotal(seconds)}`],
    ['Artists', formatCount(distinct(tracks.map((track) => track.artist)))],
    ['Albums', formatCount(distinct(tracks.map((track) => track.album)))],
    ['Years', years.length === 0 ? null : `${years.reduce((a, b) => Math.min(a, b))} – ${years.reduce((a, b) => Math.max(a, b))}`],
    ['Unreadable', unreadable === 0 ? null : countOf(unreadable, 'file')],
  ]
  return facts.filter((fact): fact is [string, string] => fact[1] !== null)
}

function Facts({ tracks }: { tracks: readonly Track[] }) {
  return (
    <section className="panel-section">
      <h2>Your library</h2>
      <dl className="facts">
        {libraryFacts(tracks).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
