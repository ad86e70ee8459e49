import { Ear } from 'lucide-react'
import { useState } from 'react'
import { isUnfinished, useJobActions, useJobs } from '@/api/jobQueries'
import type { ModelInfo } from '@/api/types'
import { Skeleton } from '@/components/Face'
import { keyOf, whatToFetch } from '@/domain/jobs'
import { countOf } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { tellError } from '@/state/notices'
import { DownloadDialog } from './DownloadDialog'
import { ModelRow } from './ModelRow'
import { Renewals } from './Renewals'

/** Every model with what it would take to have it listen, and what it has heard. */
export function ModelWork() {
  const { models } = useExplorer()
  return (
    <section className="jobs-section" aria-label="Models">
      <h2>Models</h2>
      {models.data ? (
        <ModelTable models={models.data.models} nTracks={models.data.n_tracks} />
      ) : models.error ? (
        <p className="job__error" role="alert">
          {models.error.message}
        </p>
      ) : (
        <Skeleton width="100%" height={220} />
      )}
    </section>
  )
}

function ModelTable({ models, nTracks }: { models: readonly ModelInfo[]; nTracks: number }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const choose = (key: string) => setChosen(new Set(chosen.has(key) ? [...chosen].filter((other) => other !== key) : [...chosen, key]))
  return (
    <>
      <Renewals models={models} />
      <ul className="model-list">
        {inOrder(models).map((info) => (
          <ModelRow key={keyOf(info)} info={info} models={models} nTracks={nTracks} chosen={chosen.has(keyOf(info))} onChoose={() => choose(keyOf(info))} />
        ))}
      </ul>
      <Start chosen={models.filter((info) => chosen.has(keyOf(info)))} models={models} nTracks={nTracks} onStarted={() => setChosen(new Set())} />
    </>
  )
}

/** What has listened or could at once comes first. */
const inOrder = (models: readonly ModelInfo[]): ModelInfo[] => [...models.filter((info) => info.runnable), ...models.filter((info) => !info.runnable)]

interface StartProps {
  /** Those that are checked. */
  chosen: readonly ModelInfo[]
  /** All there are. */
  models: readonly ModelInfo[]
  /** Tracks of the library. */
  nTracks: number
  /** The job is queued. */
  onStarted: () => void
}

/** Nothing is downloaded before its size and its licence have been seen. */
function Start({ chosen, models, nTracks, onStarted }: StartProps) {
  const [asking, setAsking] = useState(false)
  const { start } = useJobActions()
  const waiting = useJobs().data?.jobs.some((job) => job.kind === 'extract' && isUnfinished(job)) ?? false
  const wanted = whatToFetch(chosen, models)
  const download = wanted.toFetch.length > 0
  const begin = () => {
    setAsking(false)
    start('extract', { models: chosen.map(keyOf), download }).then(onStarted, tellError)
  }
  return (
    <div className="model-start">
      <p>{nTracks === 0 ? 'The library is empty: read the music folder first.' : chosen.length === 0 ? 'Check the models that are to listen.' : explain(chosen, nTracks, waiting)}</p>
      <button type="button" className="button button--main" disabled={chosen.length === 0 || nTracks === 0} onClick={download ? () => setAsking(true) : begin} data-testid="start-extract">
        <Ear size={14} aria-hidden /> {download ? 'Download and listen…' : 'Listen'}
      </button>
      <DownloadDialog open={asking} wanted={wanted} onClose={() => setAsking(false)} onAgree={begin} />
    </div>
  )
}

function explain(chosen: readonly ModelInfo[], nTracks: number, waiting: boolean): string {
  const missing = chosen.reduce((sum, info) => sum + Math.max(nTracks - info.n_extracted, 0), 0)
  const after = waiting ? ', after what is under way' : ''
  return missing === 0 ? 'These have heard every track.' : `${countOf(missing, 'vector')} to extract${after}.`
}
