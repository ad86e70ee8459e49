/** The field that points are coloured by, with the numbers the server has measured for it. */
import { useMemo } from 'react'
import { useActivations, useClusters, useDisagreement, useMapQuality, useOverlap } from '@/api/queries'
import type { Clusters, ProjectionQuery, TrackNumbers } from '@/api/types'
import { CLUSTER_FIELD, parseTagField, resolveField, type Field } from '@/domain/fields'
import { isMapMeasure, measuredNumbers } from '@/domain/overlays'

/** query: the map whose points are coloured.  other: the map beside it; both null where they are not known. */
export function useField(colour: string, query: ProjectionQuery | null, other: ProjectionQuery | null): Field {
  const numbers = useNumbers(colour, query, other)
  return useMemo(() => resolveField(colour, numbers), [colour, numbers])
}

/** undefined while they are on their way, and for a field that stands in the tags of the files. */
function useNumbers(colour: string, query: ProjectionQuery | null, other: ProjectionQuery | null): TrackNumbers | Clusters | undefined {
  const activations = useActivations(parseTagField(colour)).data
  const overlap = useOverlap(colour === 'overlap' ? query : null, other).data
  const disagreement = useDisagreement(colour === 'disagreement').data
  const quality = useMapQuality(isMapMeasure(colour) ? query : null).data
  const measured = useMemo(
    () => (quality && isMapMeasure(colour) ? measuredNumbers(quality, colour) : undefined),
    [quality, colour],
  )
  const clusters = useClusters(colour === CLUSTER_FIELD ? query : null).data
  if (colour === CLUSTER_FIELD) return clusters
  if (colour === 'overlap') return overlap
  if (colour === 'disagreement') return disagreement
  return measured ?? activations
}
