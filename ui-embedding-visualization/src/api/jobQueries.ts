/** TanStack Query hooks of jobs. */
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { cancelJob, createJob, getFailures, getFolder, getJobs, resumeJob } from './jobClient'
import type { Job, JobKind, JobsAnswer } from './jobTypes'

const JOBS = ['jobs']
const LOOK_MS = { busy: 2000, idle: 15_000 }
const UNFINISHED = ['queued', 'running']

export const isUnfinished = (job: Job): boolean => UNFINISHED.includes(job.state)

const jobsQuery = { queryKey: JOBS, queryFn: ({ signal }: { signal: AbortSignal }) => getJobs(signal) }

export const useJobs = () => useQuery(jobsQuery)

/** The same as far as it is known, without asking. */
export const useKnownJobs = () => useQuery({ ...jobsQuery, enabled: false })

/** The same, kept up to date. live: changes are told by themselves while jobs go on. */
export const usePolledJobs = (live: boolean) =>
  useQuery({
    ...jobsQuery,
    refetchInterval: ({ state }) => (!state.data?.jobs.some(isUnfinished) ? LOOK_MS.idle : live ? false : LOOK_MS.busy),
  })

/** What could not be done, asked for again whenever there is more of it. */
export const useFailures = (job: Job, enabled: boolean) =>
  useQuery({ queryKey: ['failures', job.id, job.n_failed, job.state], queryFn: ({ signal }) => getFailures(job.id, signal), enabled })

export const useFolder = () => useQuery({ queryKey: ['folder'], queryFn: ({ signal }) => getFolder(signal), staleTime: 0 })

/** Put jobs as they are now into the list, the newest first. */
export function takeJobs(client: QueryClient, changed: readonly Job[]): void {
  client.setQueryData<JobsAnswer>(JOBS, (before) => before && { ...before, jobs: mergeJobs(before.jobs, changed) })
}

export function mergeJobs(jobs: readonly Job[], changed: readonly Job[]): Job[] {
  const byId = new Map([...jobs, ...changed].map((job) => [job.id, job]))
  return [...byId.values()].sort((a, b) => b.id - a.id)
}

export interface JobActions {
  start: (kind: JobKind, parameters?: Job['parameters']) => Promise<Job>
  cancel: (id: number) => Promise<Job>
  resume: (id: number) => Promise<Job>
}

export function useJobActions(): JobActions {
  const client = useQueryClient()
  return useMemo(() => {
    const take = async (asked: Promise<Job>) => {
      const job = await asked
      takeJobs(client, [job])
      return job
    }
    return {
      start: (kind, parameters) => take(createJob(kind, parameters)),
      cancel: (id) => take(cancelJob(id)),
      resume: (id) => take(resumeJob(id)),
    }
  }, [client])
}

const TOUCHED = ['models', 'tracks', 'projection', 'extractions', 'neighbours', 'activations', 'segments', 'folder', 'duplicates', 'evaluations', 'exports', 'trainings']

/** What a job that has ended may have changed is asked for again. */
export const refreshLibrary = (client: QueryClient): void => {
  for (const key of TOUCHED) void client.invalidateQueries({ queryKey: [key] })
}
