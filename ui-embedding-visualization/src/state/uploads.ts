/** Files on their way into the library: sent, then heard by the models. */
import { create } from 'zustand'
import { ApiError, getUploadStatus, uploadFile } from '@/api/client'
import type { Uploaded, UploadStatus } from '@/api/types'

export type UploadStage = 'queued' | 'sending' | 'hearing' | 'ready' | 'failed'

export interface Upload {
  id: number
  name: string
  stage: UploadStage
  /** Share sent, 0 … 1. */
  sent: number
  /** File name in the library, once it is there. */
  filename: string | null
  /** Why it failed, or what some models could not do. */
  problem: string | null
}

const AT_ONCE = 2
const ASK_EVERY_MS = 1500
const TOO_MANY = 429
const PAUSE_MS = 5000

export const useUploads = create<{ uploads: readonly Upload[] }>(() => ({ uploads: [] }))

let lastId = 0
let running = 0
const waiting: (() => Promise<void>)[] = []

const update = (id: number, patch: Partial<Upload>): void =>
  useUploads.setState(({ uploads }) => ({ uploads: uploads.map((upload) => (upload.id === id ? { ...upload, ...patch } : upload)) }))

export const forgetUploads = (): void =>
  useUploads.setState(({ uploads }) => ({ uploads: uploads.filter(({ stage }) => stage !== 'ready' && stage !== 'failed') }))

/** Two at a time, so that many small files do not wait for one another and large ones do not fight for the line. */
export function addFiles(files: Iterable<File>): void {
  for (const file of files) {
    const upload: Upload = { id: ++lastId, name: file.name, stage: 'queued', sent: 0, filename: null, problem: null }
    useUploads.setState(({ uploads }) => ({ uploads: [...uploads, upload] }))
    waiting.push(() => send(upload.id, file))
  }
  runNext()
}

function runNext(): void {
  while (running < AT_ONCE) {
    const next = waiting.shift()
    if (!next) return
    running++
    void next().finally(() => {
      running--
      runNext()
    })
  }
}

async function send(id: number, file: File): Promise<void> {
  update(id, { stage: 'sending' })
  try {
    const stored = await sendWhenAllowed(id, file)
    update(id, { stage: 'hearing', sent: 1, filename: stored.filename })
    void follow(id, stored.id)
  } catch (error) {
    update(id, { stage: 'failed', problem: error instanceof Error ? error.message : String(error) })
  }
}

/** A server that takes only so many files a minute is asked again. */
async function sendWhenAllowed(id: number, file: File): Promise<Uploaded> {
  for (;;) {
    try {
      return await uploadFile(file, (sent) => update(id, { sent }))
    } catch (error) {
      if (!(error instanceof ApiError && error.status === TOO_MANY)) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

/** Ask until the models are done. A server that does not answer for a moment is asked again. */
async function follow(id: number, trackId: number): Promise<void> {
  for (;;) {
    const status = await getUploadStatus(trackId).catch(() => null)
    if (status && status.status !== 'waiting') return update(id, { stage: 'ready', problem: problemOf(status) })
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
}

function problemOf(status: UploadStatus): string | null {
  const unheard = Object.entries(status.models).filter(([, outcome]) => outcome !== 'heard')
  return unheard.length === 0 ? null : unheard.map(([model, outcome]) => `${model}: ${outcome === 'waiting' ? 'not heard yet' : outcome}`).join('; ')
}
