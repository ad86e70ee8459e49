import { isUnfinished, useJobs } from '@/api/jobQueries'
import type { JobKind } from '@/api/jobTypes'
import { JobCard } from './JobCard'
import './jobs.css'

/** The jobs of a kind that wait or run; nothing where there are none. */
export function JobsUnderWay({ kind }: { kind: JobKind }) {
  const under = (useJobs().data?.jobs ?? []).filter((job) => job.kind === kind && isUnfinished(job)).reverse()
  if (under.length === 0) return null
  return (
    <ul className="job-list" aria-label="Under way">
      {under.map((job) => (
        <JobCard key={job.id} job={job} />
      ))}
    </ul>
  )
}
