/** The app on the page, with its first map if that is there soon. */
import { client, firstMap } from './first'
import { show } from './show'

void firstMap.then(() => show(client))
