/** Imported first, so that what the first picture waits for is on its way while the rest of the app is read and drawn. */
import { createQueryClient, prefetchProjection } from '@/api/queries'
import { preloadRenderer } from '@/components/point-map/mount'
import { resolveQuery } from '@/domain/models'
import { getView } from '@/state/view'

export const client = createQueryClient()

/** The map of a link that names its model; which the default is, the server has to be asked. */
function prefetchMap(): void {
  const { model, variant, space, method, dimensions } = getView()
  const query = resolveQuery({ model, variant, space, method, dimensions }, undefined)
  if (query) void prefetchProjection(client, query)
}

prefetchMap()
preloadRenderer()
