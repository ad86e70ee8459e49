/** Jobs on the server: asked for, followed, ended. */
import { getJson, sendJson } from './client'
import type { FolderState, Job, JobFailure, JobKind, JobsAnswer } from './jobTypes'

export const getJobs = (signal?: AbortSignal) => getJson<JobsAnswer>('/jobs', signal)

export const getFailures = async (id: number, signal?: AbortSignal) => (await getJson<{ failures: JobFailure[] }>(`/jobs/${id}`, signal)).failures

export const createJob = (kind: JobKind, parameters: Job['parameters'] = {}) => sendJson<Job>('POST', '/jobs', { kind, parameters })

export const cancelJob = (id: number) => sendJson<Job>('POST', `/jobs/${id}/cancel`)

export const resumeJob = (id: number) => sendJson<Job>('POST', `/jobs/${id}/resume`)

export const getFolder = (signal?: AbortSignal) => getJson<FolderState>('/folder', signal)

/** Takes jobs as they change, until the returned function is called. tellLive: whether they are told just now; a server
 * that is away is asked again by the browser, one that has no place left is not. */
export function followJobs(take: (changed: Job[]) => void, tellLive: (live: boolean) => void): () => void {
  if (typeof EventSource === 'undefined') return () => {}
  const source = new EventSource('/jobs/events')
  source.addEventListener('open', () => tellLive(true))
  source.addEventListener('error', () => tellLive(false))
  source.addEventListener('message', (event: MessageEvent<string>) => take((JSON.parse(event.data) as { jobs: Job[] }).jobs))
  return () => {
    source.close()
    tellLive(false)
  }
}
