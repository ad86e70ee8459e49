/** TanStack Query hooks of trainings. */
import { useQuery } from '@tanstack/react-query'
import { getJson } from './client'
import type { Trainings } from './trainingTypes'

export const useTrainings = () => useQuery({ queryKey: ['trainings'], queryFn: ({ signal }) => getJson<Trainings>('/trainings', signal) })
