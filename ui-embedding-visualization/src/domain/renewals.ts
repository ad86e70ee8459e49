/** Tracks that were analyzed with other weights than a model has now. */
import type { Job } from '@/api/jobTypes'
import type { ModelInfo } from '@/api/types'
import { keyOf } from './jobs'
import { countOf, formatCount } from './track'

/** `48 tracks were analyzed with other weights (won2020). In use now: pons2019.` */
export function outdatedText({ outdated, release }: ModelInfo): string {
  const [first, ...others] = outdated
  const start = `${countOf(first.n_tracks, 'track')} ${first.n_tracks === 1 ? 'was' : 'were'} analyzed with ${first.change}`
  const parts = [start, ...others.map(({ change, n_tracks }) => `${formatCount(n_tracks)} with ${change}`)]
  return `${parts.join(', ')}.${release === null ? '' : ` In use now: ${release}.`}`
}

/** Whether a job analyzes these tracks again. */
export const isRenewalOf = (info: ModelInfo, { kind, parameters: { models = [], renew } }: Job): boolean => kind === 'extract' && renew === true && models.includes(keyOf(info))
