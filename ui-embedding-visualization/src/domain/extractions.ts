/** What each model has made of each track. */
import type { Extraction } from '@/api/types'

export interface ExtractionState {
  /** `musicnn/mtat` */
  name: string
  heard: boolean
  /** Why it could not; null if it could, or has not tried. */
  failure: string | null
}

/** For any track id, a state for every model that has tried any track. */
export function extractionStates(extractions: readonly Extraction[]): (trackId: number) => ExtractionState[] {
  const models = extractions.map(({ model, variant, heard, failed }) => ({ name: `${model}/${variant}`, heard: new Set(heard), failed }))
  return (id) => models.map(({ name, heard, failed }) => ({ name, heard: heard.has(id), failure: failed[id] ?? null }))
}
