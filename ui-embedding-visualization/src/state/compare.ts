/** Two maps side by side: on and off. */
import type { ModelsAnswer, ProjectionQuery } from '@/api/types'
import { DEFAULT_FIELD } from '@/domain/fields'
import { otherMap } from '@/domain/models'
import { needsTwoMaps } from '@/domain/overlays'
import { changeView, getView } from './view'

/** query: the first map. Another model's map opens beside it; a second press closes it. */
export function toggleSecondMap(query: ProjectionQuery | null, answer: ModelsAnswer | undefined): void {
  const { second, colour } = getView()
  if (second) changeView({ second: null, ...(needsTwoMaps(colour) && { colour: DEFAULT_FIELD, hidden: [] }) })
  else if (query && answer) changeView({ page: 'map', second: { ...otherMap(query, answer), camera: null } })
}
