/** The first picture waits for the map, not for the app: a link that names its map has it asked for before the app is read. */
import { askEarly } from '@/api/early'
import { projectionUrl } from '@/api/paths'
import { resolveQuery } from '@/domain/models'
import { getView } from '@/state/view'

const query = resolveQuery(getView(), undefined)
if (query) askEarly(projectionUrl(query))
void import('./start')
