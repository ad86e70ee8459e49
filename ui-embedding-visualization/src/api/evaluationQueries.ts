/** TanStack Query hooks of evaluations. */
import { useQuery } from '@tanstack/react-query'
import { getJson } from './client'
import type { Evaluation, EvaluationSummary } from './evaluationTypes'

/** Without their figures, the newest first. */
const getEvaluations = async (signal?: AbortSignal) => (await getJson<{ evaluations: EvaluationSummary[] }>('/evaluations', signal)).evaluations

const getEvaluation = (id: string, signal?: AbortSignal) => getJson<Evaluation>(`/evaluations/${encodeURIComponent(id)}`, signal)

/** A table or picture of one, as a download. */
export const evaluationFileUrl = (id: string, name: string): string => `/evaluations/${encodeURIComponent(id)}/${encodeURIComponent(name)}`

export const useEvaluations = () => useQuery({ queryKey: ['evaluations'], queryFn: ({ signal }) => getEvaluations(signal), staleTime: 0 })

/** Of that id, or the newest. It never changes; asks nothing while no id is known. */
export function useEvaluation(id: string | null) {
  const list = useEvaluations()
  const wanted = id ?? list.data?.[0]?.id ?? null
  const one = useQuery({
    queryKey: ['evaluation', wanted],
    queryFn: ({ signal }) => getEvaluation(wanted as string, signal),
    enabled: wanted !== null,
    staleTime: Infinity,
  })
  const refetch = () => void Promise.all([list.refetch(), wanted === null ? null : one.refetch()])
  return { list: list.data, evaluation: one.data, error: list.error ?? one.error, refetch }
}
