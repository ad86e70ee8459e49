/** Jobs that there is one of at most. */
import { isUnfinished, useJobActions, useJobs } from '@/api/jobQueries'
import type { Job, JobKind } from '@/api/jobTypes'
import { tellError } from './notices'

interface OnlyJob {
  /** It waits or runs. */
  under: boolean
  start: (parameters?: Job['parameters']) => void
}

export function useOnlyJob(kind: JobKind): OnlyJob {
  const { start } = useJobActions()
  const under = useJobs().data?.jobs.some((job) => job.kind === kind && isUnfinished(job)) ?? false
  return { under, start: (parameters) => void start(kind, parameters).catch(tellError) }
}
