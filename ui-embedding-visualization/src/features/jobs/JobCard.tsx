import { CircleAlert, CircleCheck, CircleDashed, CircleSlash, LoaderCircle } from 'lucide-react'
import { useState } from 'react'
import { isUnfinished, useFailures, useJobActions } from '@/api/jobQueries'
import type { Job, JobState } from '@/api/jobTypes'
import { jobTitle, outcomeText, progressText, resumeLabel, shareOf } from '@/domain/jobs'
import { formatCount } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { tellError } from '@/state/notices'

const ICONS: Record<JobState, typeof CircleCheck> = {
  queued: CircleDashed,
  running: LoaderCircle,
  done: CircleCheck,
  failed: CircleAlert,
  interrupted: CircleAlert,
  cancelled: CircleSlash,
}

/** One job: what it is, how far, what it could not do, and how to end or continue it. */
export function JobCard({ job }: { job: Job }) {
  const { models } = useExplorer()
  const title = jobTitle(job, models.data?.models ?? [])
  const Icon = ICONS[job.state]
  return (
    <li className="job" data-state={job.state} data-kind={job.kind} data-testid="job">
      <div className="job__head">
        <Icon size={16} aria-hidden />
        <h3>{title}</h3>
        <JobButton job={job} title={title} />
      </div>
      {isUnfinished(job) ? <UnderWay job={job} title={title} /> : <p className="job__text">{outcomeText(job)}</p>}
      {job.error && <p className="job__error">{job.error}</p>}
      {job.n_failed > 0 && <Failures job={job} />}
    </li>
  )
}

function UnderWay({ job, title }: { job: Job; title: string }) {
  const share = shareOf(job)
  const percent = share === null ? undefined : Math.floor(share * 100)
  return (
    <>
      {job.state === 'running' && (
        <div className="job__bar" role="progressbar" aria-label={title} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} data-unknown={share === null || undefined} data-testid="job-bar">
          <i style={{ width: `${(share ?? 0.3) * 100}%` }} />
        </div>
      )}
      <p className="job__text">
        <strong data-testid="job-stage">{stageText(job)}</strong>
        <span data-testid="job-progress">{job.state === 'running' && progressText(job)}</span>
      </p>
    </>
  )
}

function stageText(job: Job): string {
  if (job.cancelling) return 'Finishing what is in hand…'
  if (job.state === 'queued') return job.done > 0 ? 'Waits to go on' : 'Waiting'
  return job.item ? `${job.stage} · ${job.item}` : job.stage
}

/** The way out of the state it is in. */
function JobButton({ job, title }: { job: Job; title: string }) {
  const { cancel, resume } = useJobActions()
  const label = isUnfinished(job) ? 'Cancel' : resumeLabel(job)
  if (label === null) return null
  const act = label === 'Cancel' ? cancel : resume
  return (
    <button
      type="button"
      className="button"
      aria-label={`${label}: ${title}`}
      disabled={job.cancelling}
      onClick={() => void act(job.id).catch(tellError)}
      data-testid={label === 'Cancel' ? 'job-cancel' : 'job-resume'}
    >
      {label}
    </button>
  )
}

/** Told when they are asked for: there may be a thousand. */
function Failures({ job }: { job: Job }) {
  const [open, setOpen] = useState(false)
  const { data, error } = useFailures(job, open)
  return (
    <details className="job__failures" onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="job-failures">
      <summary>{formatCount(job.n_failed)} could not be done</summary>
      {error && <p className="job__error">{error.message}</p>}
      <ul>
        {data?.map(({ what, reason }, i) => (
          <li key={i}>
            <strong>{what}</strong> {reason}
          </li>
        ))}
      </ul>
    </details>
  )
}
