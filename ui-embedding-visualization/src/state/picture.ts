/** The first picture of the map comes before the lists of models and tracks: a large library's take the cores that draw it. */
import { create } from 'zustand'
import { useProjection, useProjectionProgress } from '@/api/queries'
import type { ProjectionQuery } from '@/api/types'
import { useView } from './view'

export const usePicture = create(() => ({ drawn: false }))

/** Once the picture is seen, in the frame after its own: what follows from it would hold it up. */
export function tellDrawn(): void {
  if (!usePicture.getState().drawn) requestAnimationFrame(() => setTimeout(() => usePicture.setState({ drawn: true })))
}

/** A map is on its way to a screen that has shown none yet. query: the map; null while it is not known. */
export function useAwaitsPicture(query: ProjectionQuery | null): boolean {
  const { page } = useView()
  const { drawn } = usePicture()
  const { data, isPending } = useProjection(query)
  const beingComputed = useProjectionProgress(query) !== null
  if (drawn || page !== 'map' || query === null || beingComputed) return false
  return isPending || (data?.count ?? 0) > 0
}
