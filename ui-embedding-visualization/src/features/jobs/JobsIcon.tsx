import { Activity } from 'lucide-react'
import { isUnfinished, useKnownJobs } from '@/api/jobQueries'
import { shareOf } from '@/domain/jobs'
import { countOf } from '@/domain/track'
import './jobs.css'

const CIRCUMFERENCE = 2 * Math.PI * 6

/** In the header: a ring that fills while a job runs. */
export function JobsIcon({ size }: { size: number }) {
  const running = useRunning()
  if (!running) return <Activity size={size} aria-hidden />
  const share = shareOf(running)
  return (
    <svg className="jobs-ring" width={size} height={size} viewBox="0 0 16 16" aria-hidden data-unknown={share === null || undefined} data-testid="jobs-busy">
      <circle cx="8" cy="8" r="6" />
      <circle cx="8" cy="8" r="6" strokeDasharray={`${(share ?? 0.25) * CIRCUMFERENCE} ${CIRCUMFERENCE}`} />
    </svg>
  )
}

/** The name of the header's button: how many jobs go on. */
export function useJobsLabel(): string {
  const n = useKnownJobs().data?.jobs.filter(isUnfinished).length ?? 0
  return n === 0 ? 'Jobs' : `Jobs: ${countOf(n, 'job')} under way`
}

/** The job that runs, else one that waits. */
function useRunning() {
  const under = useKnownJobs().data?.jobs.filter(isUnfinished) ?? []
  return under.find((job) => job.state === 'running') ?? under.at(-1) ?? null
}
