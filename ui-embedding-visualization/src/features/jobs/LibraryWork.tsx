import { FolderSearch, Waypoints } from 'lucide-react'
import { useFolder } from '@/api/jobQueries'
import type { FolderState, Job, JobKind } from '@/api/jobTypes'
import { Skeleton } from '@/components/Face'
import { keyOf } from '@/domain/jobs'
import { countOf, formatCount, joinKnown } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { useOnlyJob } from '@/state/jobs'
import './jobs.css'

/** What there is to do with the library as a whole: read its folder, draw its maps anew. */
export function LibraryWork() {
  return (
    <>
      <FolderWork />
      <MapWork />
    </>
  )
}

function FolderWork() {
  const { data, error, refetch } = useFolder()
  return (
    <section className="panel-section" aria-label="Music folder" data-testid="folder-work">
      <h2>Music folder</h2>
      {data ? <FolderText state={data} /> : error ? <Problem message={error.message} retry={() => void refetch()} /> : <Skeleton width="100%" height={40} />}
      <StartButton kind="index" label="Read the folder" main={data !== undefined && data.n_new + data.n_changed + data.n_gone > 0} Icon={FolderSearch} />
    </section>
  )
}

function FolderText({ state }: { state: FolderState }) {
  const news = [
    state.n_new > 0 && `${countOf(state.n_new, 'file')} not in the library yet`,
    state.n_changed > 0 && `${formatCount(state.n_changed)} changed`,
    state.n_gone > 0 && `${formatCount(state.n_gone)} gone`,
  ].filter((part) => part !== false)
  if (news.length > 0) return <p className="work-text">{joinKnown(...news)}</p>
  return <p className="work-text">{state.n_files === 0 ? 'There is no music in it yet: put some there, or drop it on this window.' : `All ${countOf(state.n_files, 'file')} are in the library.`}</p>
}

function MapWork() {
  const { models } = useExplorer()
  const heard = (models.data?.models ?? []).filter((info) => info.n_extracted > 0)
  return (
    <section className="panel-section" aria-label="Maps">
      <h2>Maps</h2>
      <p className="work-text">New tracks are placed on the maps as they are. Drawn anew, a map takes all tracks into account.</p>
      <StartButton kind="maps" label="Draw all maps anew" parameters={{ models: heard.map(keyOf), refit: true }} disabled={heard.length === 0} Icon={Waypoints} />
    </section>
  )
}

interface StartButtonProps {
  /** What it starts. */
  kind: JobKind
  /** What it says. */
  label: string
  /** What the job needs to know. */
  parameters?: Job['parameters']
  /** There is something to do: it stands out. */
  main?: boolean
  /** It cannot be started now. */
  disabled?: boolean
  /** Before the label. */
  Icon: typeof Waypoints
}

function StartButton({ kind, label, parameters, main = false, disabled = false, Icon }: StartButtonProps) {
  const { under, start } = useOnlyJob(kind)
  return (
    <button type="button" className={`button work-button ${main ? 'button--main' : ''}`} disabled={disabled || under} onClick={() => start(parameters)} data-testid={`start-${kind}`}>
      <Icon size={14} aria-hidden /> {under ? 'Under way…' : label}
    </button>
  )
}

function Problem({ message, retry }: { message: string; retry: () => void }) {
  return (
    <div role="alert">
      <p className="work-text">{message}</p>
      <button type="button" className="link" onClick={retry}>
        Look again
      </button>
    </div>
  )
}
