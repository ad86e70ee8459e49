import { Copy, LoaderCircle, ScanSearch, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useJudge, usePairs } from '@/api/duplicateQueries'
import type { TrackPair } from '@/api/analysisTypes'
import { Face } from '@/components/Face'
import { VirtualList } from '@/components/VirtualList'
import { keyOf } from '@/domain/jobs'
import { countOf } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { useOnlyJob } from '@/state/jobs'
import { notify } from '@/state/notices'
import './duplicates.css'
import { PairCard } from './PairCard'

interface DuplicatesPageProps {
  /** How far a search is. */
  underWay: ReactNode
}

/** The middle of the screen: pairs that may be one recording, to be heard and decided. */
export function DuplicatesPage({ underWay }: DuplicatesPageProps) {
  const { data: pairs, error, refetch } = usePairs()
  if (pairs && pairs.length > 0) return <Pairs pairs={pairs} underWay={underWay} />
  if (pairs) return <Invitation underWay={underWay} />
  if (!error) return <Face icon={<LoaderCircle size={22} />} title="Loading the pairs…">{null}</Face>
  return (
    <Face icon={<TriangleAlert size={22} />} title="The pairs could not be loaded" alert action={{ label: 'Try again', onClick: () => void refetch() }} testId="duplicates-error">
      <p>{error.message}</p>
    </Face>
  )
}

function Invitation({ underWay }: DuplicatesPageProps) {
  return (
    <div className="duplicates duplicates--none">
      <Face icon={<Copy size={22} />} title="No pairs to decide" testId="duplicates-none">
        <p>Every track is compared with those that sound like it in a model’s space, and what may be one recording comes here.</p>
        <p>
          From a terminal: <code>flask --app backend.server find-duplicates</code>
        </p>
        <SearchButton label="Look for duplicates" main />
      </Face>
      {underWay}
    </div>
  )
}

/** By all models that have heard something. */
function SearchButton({ label, main = false }: { label: string; main?: boolean }) {
  const { under, start } = useOnlyJob('duplicates')
  const heard = (useExplorer().models.data?.models ?? []).filter((info) => info.n_extracted > 0)
  return (
    <button type="button" className={`button ${main ? 'button--main' : ''}`} disabled={under || heard.length === 0} onClick={() => start({ models: heard.map(keyOf) })} data-testid="start-duplicates">
      <ScanSearch size={14} aria-hidden /> {under ? 'Under way…' : label}
    </button>
  )
}

/** Pixels, before a pair is seen. */
const PAIR_PIXELS = 228

function Pairs({ pairs, underWay }: DuplicatesPageProps & { pairs: readonly TrackPair[] }) {
  const judge = useJudge()
  return (
    <div className="duplicates" data-testid="duplicates">
      <div className="duplicates__head">
        <p role="status">
          {stateOf(pairs)} Nothing is deleted: what you call a duplicate is no neighbour any more and counts once.
        </p>
        <SearchButton label="Look again" />
      </div>
      {underWay}
      <VirtualList
        className="pairs"
        label="Pairs"
        count={pairs.length}
        rowHeight={PAIR_PIXELS}
        grows
        keyOf={(index) => pairs[index].id}
        renderRow={(index) => (
          <PairCard
            pair={pairs[index]}
            onJudge={(verdict) => judge.mutate({ pair: pairs[index], verdict }, { onError: (problem) => notify(`The verdict was not kept. ${problem.message}`, { kind: 'error' }) })}
          />
        )}
      />
    </div>
  )
}

function stateOf(pairs: readonly TrackPair[]): string {
  const open = pairs.filter(({ verdict }) => verdict === null).length
  if (open > 0) return `${countOf(open, 'pair')} to decide, ${pairs.length - open} decided.`
  return pairs.length === 1 ? 'The only pair is decided.' : `All ${countOf(pairs.length, 'pair')} are decided.`
}
