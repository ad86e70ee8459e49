import { Copy, LoaderCircle, TriangleAlert } from 'lucide-react'
import { useJudge, usePairs } from '@/api/duplicateQueries'
import type { TrackPair } from '@/api/analysisTypes'
import { Face } from '@/components/Face'
import { countOf } from '@/domain/track'
import { notify } from '@/state/notices'
import './duplicates.css'
import { PairCard } from './PairCard'

/** The middle of the screen: pairs that may be one recording, to be heard and decided. */
export function DuplicatesPage() {
  const { data: pairs, error, refetch } = usePairs()
  if (pairs && pairs.length > 0) return <Pairs pairs={pairs} />
  if (pairs) {
    return (
      <Face icon={<Copy size={22} />} title="No pairs to decide" testId="duplicates-none">
        <p>
          Run <code>flask --app backend.server find-duplicates</code>: it compares every track with those that sound like it, and what it finds comes here.
        </p>
      </Face>
    )
  }
  if (!error) return <Face icon={<LoaderCircle size={22} />} title="Loading the pairs…">{null}</Face>
  return (
    <Face icon={<TriangleAlert size={22} />} title="The pairs could not be loaded" alert action={{ label: 'Try again', onClick: () => void refetch() }} testId="duplicates-error">
      <p>{error.message}</p>
    </Face>
  )
}

function Pairs({ pairs }: { pairs: readonly TrackPair[] }) {
  const judge = useJudge()
  const open = pairs.filter(({ verdict }) => verdict === null).length
  return (
    <div className="duplicates" data-testid="duplicates">
      <p className="duplicates__count" role="status">
        {open > 0 ? `${countOf(open, 'pair')} to decide, ${pairs.length - open} decided.` : `All ${countOf(pairs.length, 'pair')} decided.`} Nothing is deleted: what you call a duplicate is no neighbour any more and counts once.
      </p>
      <ul>
        {pairs.map((pair) => (
          <PairCard
            key={pair.id}
            pair={pair}
            onJudge={(verdict) => judge.mutate({ pair, verdict }, { onError: (problem) => notify(`The verdict was not kept. ${problem.message}`, { kind: 'error' }) })}
          />
        ))}
      </ul>
    </div>
  )
}
