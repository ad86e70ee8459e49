/** Where the server answers what. Only here and in `client` live the public API's Spanish parameter names (`red`, `metodo`). */
import type { ProjectionQuery } from './types'

export const mapParams = ({ model, variant, method, dimensions }: ProjectionQuery) => ({ red: model, dataset: variant, metodo: method, dimensions })

export const projectionUrl = (query: ProjectionQuery): string => `/${query.space}s.arrow?${toQuery(mapParams(query))}`

/** [name, value] pairs, a name as often as needed; null leaves it out. */
export function toQuery(pairs: Record<string, string | number | null | readonly string[]>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(pairs)) {
    for (const one of Array.isArray(value) ? (value as string[]) : [value]) if (one !== null) params.append(name, String(one))
  }
  return params.toString()
}
