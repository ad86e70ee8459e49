/** The first picture waits for the map, not for the app: the map is asked for before most of the app is read. */
import { client } from './early'

void import('./show').then(({ show }) => show(client))
