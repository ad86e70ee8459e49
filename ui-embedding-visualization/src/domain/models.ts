/** Which map the view asks for, and what can be chosen. */
import type { ModelInfo, ModelsAnswer, ProjectionQuery } from '@/api/types'

export interface Choice {
  value: string
  label: string
  /** Why it cannot be chosen; null if it can. */
  unavailable: string | null
}

/** The part of the view that a map depends on. */
export interface WantedMap extends Omit<ProjectionQuery, 'model' | 'variant'> {
  model: string | null
  variant: string | null
}

/** null: everything is there. */
export function whyUnavailable(info: ModelInfo): string | null {
  if (info.n_extracted > 0) return null
  if (info.weights && !info.weights.present) return 'weights missing'
  if (!info.runnable) return 'cannot run here'
  return 'not extracted yet'
}

/** One choice per model; it can be chosen if any of its variants can. */
export function modelChoices(models: readonly ModelInfo[]): Choice[] {
  const names = [...new Set(models.map((info) => info.model))]
  return names.map((value) => {
    const variants = models.filter((info) => info.model === value)
    const reasons = variants.map(whyUnavailable)
    return { value, label: variants[0].label, unavailable: reasons.includes(null) ? null : reasons[0] }
  })
}

export const variantChoices = (models: readonly ModelInfo[], model: string): Choice[] =>
  models
    .filter((info) => info.model === model)
    .map((info) => ({ value: info.variant, label: info.variant_label, unavailable: whyUnavailable(info) }))

/** The variant to show when a person picks a model: the first that has data. */
export function bestVariant(models: readonly ModelInfo[], model: string): string | null {
  const variants = models.filter((info) => info.model === model)
  return (variants.find((info) => info.n_extracted > 0) ?? variants[0])?.variant ?? null
}

export const findModel = (models: readonly ModelInfo[], model: string, variant: string): ModelInfo | null =>
  models.find((info) => info.model === model && info.variant === variant) ?? null

/** Fill what the view leaves open. Names the server does not know stay: its answer names the choices. */
export function resolveQuery(wanted: WantedMap, answer: ModelsAnswer): ProjectionQuery {
  const model = wanted.model ?? answer.default.model
  const otherwise = model === answer.default.model ? answer.default.variant : bestVariant(answer.models, model)
  const { space, method, dimensions } = wanted
  return { model, variant: wanted.variant ?? otherwise ?? answer.default.variant, space, method, dimensions }
}

/** What to show beside a map: another model that has listened, else the same model by another method. */
export function otherMap(query: ProjectionQuery, { models, projections }: ModelsAnswer): ProjectionQuery {
  const other = models.find((info) => info.n_extracted > 0 && !(info.model === query.model && info.variant === query.variant))
  if (other) return { ...query, model: other.model, variant: other.variant }
  return { ...query, method: projections.find(({ name }) => name !== query.method)?.name ?? query.method }
}

/** As a person reads it: `MusiCNN, MagnaTagATune · taggram · UMAP 3-D`. */
export function mapName(query: ProjectionQuery, { models, projections }: ModelsAnswer): string {
  const info = findModel(models, query.model, query.variant)
  const method = projections.find(({ name }) => name === query.method)?.label ?? query.method
  return [info ? `${info.label}, ${info.variant_label}` : pairName(query), query.space, `${method} ${query.dimensions}-D`].join(' · ')
}

export const pairName = (query: ProjectionQuery): string => `${query.model}/${query.variant}`
