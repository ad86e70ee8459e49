/** What the server answers of jobs. Field names are the server's own. */

import type { ExportFile } from './exportTypes'
import type { TrainingMusic } from './trainingTypes'

export type JobKind = 'index' | 'download' | 'extract' | 'maps' | 'duplicates' | 'evaluate' | 'export' | 'train' | 'uploads'
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'

/** Work that goes on beside the requests. Times are UTC, `2026-11-24 17:36:35.351018`. */
export interface Job {
  id: number
  kind: JobKind
  parameters: { models?: string[]; download?: boolean; renew?: boolean; refit?: boolean; track_ids?: number[]; labels?: string; format?: ExportFile; method?: string; previews?: boolean; music?: TrainingMusic; epochs?: number; balanced?: boolean }
  state: JobState
  /** It has been told to end, and finishes what it has in hand. */
  cancelling: boolean
  /** Why it did not end well. */
  error: string | null
  created_at: string
  started_at: string | null
  ended_at: string | null
  stage: string
  /** What was done last. */
  item: string
  done: number
  /** 0: not known. */
  total: number
  unit: string
  /** Seconds of sound heard in a second. */
  rate: number | null
  seconds_left: number | null
  /** How many things could not be done while the rest went on. */
  n_failed: number
  /** What came of it. */
  note: string | null
}

export interface JobFailure {
  what: string
  reason: string
}

export interface JobsAnswer {
  jobs: Job[]
  /** Whether there is a worker to run them. */
  worker: boolean
}

/** How the music folder differs from the index. */
export interface FolderState {
  n_files: number
  n_new: number
  n_changed: number
  n_gone: number
}
