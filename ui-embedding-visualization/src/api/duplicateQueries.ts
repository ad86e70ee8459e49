/** TanStack Query hooks of pairs that may be one recording. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getPairs, judgePair } from './client'
import type { TrackPair, Verdict } from './analysisTypes'

const KEY = ['duplicates']
/** What a verdict changes elsewhere. */
const HEEDING = ['neighbours', 'path', 'blend']

export const usePairs = () => useQuery({ queryKey: KEY, queryFn: ({ signal }) => getPairs(signal) })

/** Seen at once; taken back when the server refuses. */
export function useJudge() {
  const client = useQueryClient()
  const show = (id: number, verdict: Verdict | null) =>
    client.setQueryData<TrackPair[]>(KEY, (pairs) => pairs?.map((pair) => (pair.id === id ? { ...pair, verdict } : pair)))
  return useMutation({
    mutationFn: ({ pair, verdict }: { pair: TrackPair; verdict: Verdict | null }) => judgePair(pair.id, verdict),
    onMutate: ({ pair, verdict }) => void show(pair.id, verdict),
    onError: (_, { pair }) => void show(pair.id, pair.verdict),
    onSuccess: () => Promise.all(HEEDING.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  })
}
