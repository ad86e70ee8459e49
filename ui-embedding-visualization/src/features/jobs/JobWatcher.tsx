import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { followJobs } from '@/api/jobClient'
import { isUnfinished, refreshLibrary, takeJobs, usePolledJobs } from '@/api/jobQueries'
import type { Job } from '@/api/jobTypes'
import { endText } from '@/domain/jobs'
import { useExplorer } from '@/state/explorer'
import { notify, type Notice } from '@/state/notices'
import { changeView } from '@/state/view'

/** Follows the jobs on every page: says how they end, and shows what they have changed. */
export function JobWatcher() {
  const client = useQueryClient()
  const [live, setLive] = useState(false)
  const { data } = usePolledJobs(live)
  const visible = useVisible()
  const busy = data?.jobs.some(isUnfinished) ?? false
  // Only while there is something to follow, and somebody to see it: every stream holds a thread of the server.
  useEffect(() => (busy && visible ? followJobs((changed) => takeJobs(client, changed), setLive) : undefined), [client, busy, visible])
  useEnds(data?.jobs)
  return null
}

const watchVisibility = (tell: () => void) => {
  document.addEventListener('visibilitychange', tell)
  return () => document.removeEventListener('visibilitychange', tell)
}

const useVisible = () => useSyncExternalStore(watchVisibility, () => document.visibilityState === 'visible')

/** Acts on every job that went on when it was last seen and has ended now. */
function useEnds(jobs: readonly Job[] | undefined): void {
  const client = useQueryClient()
  const { models } = useExplorer()
  const going = useRef<ReadonlySet<number>>(new Set())
  useEffect(() => {
    if (!jobs) return
    const ended = jobs.filter((job) => going.current.has(job.id) && !isUnfinished(job))
    going.current = new Set(jobs.filter(isUnfinished).map((job) => job.id))
    if (ended.length > 0) refreshLibrary(client)
    for (const job of ended) if (job.kind !== 'uploads') tellEnd(job, endText(job, models.data?.models ?? []))
  }, [client, jobs, models.data])
}

function tellEnd(job: Job, text: string): void {
  notify(text, {
    kind: job.state === 'failed' || job.state === 'interrupted' ? 'error' : 'info',
    action: job.state === 'done' ? whatToShow(job) : undefined,
  })
}

/** Where to see what a job has brought. */
function whatToShow({ kind, parameters }: Job): Notice['action'] {
  const [model, variant] = parameters.models?.[0].split('/') ?? []
  if (kind === 'extract' && model) return { label: 'Show the map', run: () => changeView({ page: 'map', model, variant }) }
  if (kind === 'duplicates') return { label: 'Show the pairs', run: () => changeView({ page: 'duplicates' }) }
  if (kind === 'evaluate') return { label: 'Show the figures', run: () => changeView({ page: 'evaluation', evaluation: null }) }
  return kind === 'export' ? { label: 'Show the file', run: () => changeView({ page: 'export' }) } : undefined
}
