/** What the first picture waits for, made ready while the rest of the app is read. */
import { createQueryClient, prefetchProjection } from '@/api/queries'
import { prepareRenderer } from '@/components/point-map/mount'
import { resolveQuery } from '@/domain/models'
import { getView, type View } from '@/state/view'

/** A screen without its map would be drawn for nothing if the map is there by then: no longer than nobody notices. */
const PATIENCE_MS = 300

export const client = createQueryClient()

/** The map of a link that names its model; which the default is, the server has to be asked. */
function prefetchMap({ model, variant, space, method, dimensions }: View): Promise<void> {
  const query = resolveQuery({ model, variant, space, method, dimensions }, undefined)
  return query ? prefetchProjection(client, query) : Promise.resolve()
}

const patience = () => new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))

const view = getView()

const asked = prefetchMap(view)

/** Settled when the map has come, or is not worth waiting for. */
export const firstMap = view.page === 'map' ? Promise.race([asked, patience()]) : Promise.resolve()
if (view.page === 'map') prepareRenderer() // after that: it holds up what comes
