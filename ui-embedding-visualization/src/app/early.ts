/** What the first picture waits for, on its way while the rest of the app is read and drawn. */
import { createQueryClient, prefetchProjection } from '@/api/queries'
import { prepareRenderer } from '@/components/point-map/mount'
import { resolveQuery } from '@/domain/models'
import { getView, type View } from '@/state/view'

export const client = createQueryClient()

/** The map of a link that names its model; which the default is, the server has to be asked. */
function prefetchMap({ model, variant, space, method, dimensions }: View): void {
  const query = resolveQuery({ model, variant, space, method, dimensions }, undefined)
  if (query) void prefetchProjection(client, query)
}

const view = getView()
prefetchMap(view)
if (view.page === 'map') prepareRenderer()
