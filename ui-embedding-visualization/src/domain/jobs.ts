/** How jobs are told to a person. */
import type { Job, JobKind, JobState } from '@/api/jobTypes'
import type { TrainingMusic } from '@/api/trainingTypes'
import type { ModelInfo } from '@/api/types'
import { FORMATS } from './exports'
import { once } from './once'
import { countOf, formatCount, formatTotal, joinKnown } from './track'

/** 377_000_000 → `377 MB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

const TITLES: Record<JobKind, string> = {
  index: 'Read the music folder',
  download: 'Fetch weights',
  extract: 'Listen',
  maps: 'Draw maps',
  duplicates: 'Look for duplicates',
  evaluate: 'Evaluation',
  export: 'Export',
  train: 'Train',
  uploads: 'Listen to added music',
}

const MUSIC: Record<TrainingMusic, string> = { library: 'this library', jamendo: 'MTG-Jamendo' }

/** Between what is done and the models. */
const PREPOSITIONS: Partial<Record<JobKind, string>> = { extract: 'with', duplicates: 'by' }

export const STATE_TEXT: Record<JobState, string> = {
  queued: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
}

export const keyOf = (info: ModelInfo): string => `${info.model}/${info.variant}`

/** `MusiCNN · MagnaTagATune` */
export const nameOf = (info: ModelInfo): string => joinKnown(info.label, info.variant_label)

/** `Listen with MusiCNN · MSD and 2 more` */
export function jobTitle(job: Job, models: readonly ModelInfo[]): string {
  const keys = job.parameters.models ?? []
  const title = titleOf(job)
  if (keys.length === 0) return title
  const first = models.find((info) => keyOf(info) === keys[0])
  const name = first ? nameOf(first) : keys[0]
  return `${title} ${PREPOSITIONS[job.kind] ?? 'of'} ${name}${keys.length > 1 ? ` and ${keys.length - 1} more` : ''}`
}

function titleOf({ kind, parameters: { refit, renew, format, music } }: Job): string {
  if (kind === 'train' && music) return `Train WhisperContrastive on ${MUSIC[music]}`
  if (kind === 'extract' && renew) return 'Analyze again'
  if (kind === 'maps' && refit) return 'Draw maps anew'
  return kind === 'export' && format ? `Export as ${FORMATS[format].label}` : TITLES[kind]
}

/** Share of the stage that is done, 0 … 1; null while nobody knows. */
export const shareOf = (job: Job): number | null => (job.total > 0 ? Math.min(job.done / job.total, 1) : null)

/** `12 of 96 vectors · 32 × real time · 2 min left` */
export function progressText(job: Job): string {
  const [done, total] = job.unit === 'bytes' ? [formatBytes(job.done), formatBytes(job.total)] : [formatCount(job.done), formatCount(job.total)]
  const count = job.total > 0 ? `${done} of ${total}${job.unit === 'bytes' ? '' : ` ${job.unit}`}` : null
  const rate = job.rate ? `${job.rate < 10 ? job.rate.toFixed(1) : Math.round(job.rate)} × real time` : null
  const left = job.seconds_left && job.state === 'running' ? `${formatTotal(job.seconds_left)} left` : null
  return joinKnown(count, rate, left)
}

export const parseTime = (text: string): Date => new Date(`${text.replace(' ', 'T').slice(0, 23)}Z`)

const when = once(() => new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }))

/** Date and time of day. */
export const formatWhen = (text: string): string => when().format(parseTime(text))

/** When it ended, how long it took, what came of it. */
export function outcomeText(job: Job): string {
  const took = job.started_at && job.ended_at ? (parseTime(job.ended_at).getTime() - parseTime(job.started_at).getTime()) / 1000 : null
  return joinKnown(
    STATE_TEXT[job.state],
    job.note,
    job.ended_at && formatWhen(job.ended_at),
    took !== null && took >= 1 ? `took ${formatTotal(took)}` : null,
  )
}

/** What a notice says of a job that has ended. */
export function endText(job: Job, models: readonly ModelInfo[]): string {
  const title = jobTitle(job, models)
  if (job.state === 'done') return job.n_failed > 0 ? `${title}: done, but ${countOf(job.n_failed, 'thing')} could not be.` : `${title}: done.`
  return joinKnown(`${title}: ${STATE_TEXT[job.state].toLowerCase()}.`, job.error)
}

/** What ends a pause: a job that stopped goes on, one that failed is tried again; a run that is whole stays as it is. */
export function resumeLabel(job: Job): string | null {
  if (job.state === 'cancelled' || job.state === 'interrupted') return 'Go on'
  return job.state === 'failed' || (job.state === 'done' && job.n_failed > 0 && job.kind !== 'train') ? 'Try again' : null
}

export interface Wanted {
  /** Models whose weights would have to be fetched, with those that the chosen ones listen through. */
  toFetch: ModelInfo[]
  /** Of all of them; null when one of them does not say. */
  bytes: number | null
}

/** What extracting the chosen models would download. */
export function whatToFetch(chosen: readonly ModelInfo[], models: readonly ModelInfo[]): Wanted {
  const needed = new Set(chosen.flatMap((info) => [keyOf(info), ...info.requires]))
  const toFetch = models.filter((info) => needed.has(keyOf(info)) && info.weights !== null && !info.weights.present)
  // Several models can come in one package, which is downloaded once.
  const sizeByAddress = new Map(toFetch.map((info) => [info.weights?.files[0]?.url ?? keyOf(info), info.weights?.n_bytes ?? null]))
  const sizes = [...sizeByAddress.values()]
  return { toFetch, bytes: sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) }
}

/** Why a model cannot be started from here; null if it can. */
export function whyNotStartable(info: ModelInfo, models: readonly ModelInfo[]): string | null {
  const lost = whatToFetch([info], models).toFetch.find((needed) => needed.weights?.files.length === 0)
  return lost ? `The weights of ${keyOf(lost)} are not published: see the README` : null
}
