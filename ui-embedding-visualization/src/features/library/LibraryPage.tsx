import { FolderOpen, LoaderCircle, SearchX, TriangleAlert } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import type { Track } from '@/api/types'
import { Face } from '@/components/Face'
import { parseSort, shelve, sortTracks } from '@/domain/columns'
import { useExplorer } from '@/state/explorer'
import { useSliced } from '@/state/sliced'
import { changeView, useView } from '@/state/view'
import { LibraryBar } from './LibraryBar'
import './library.css'
import { LibraryTable } from './LibraryTable'

const NO_TRACKS: Track[] = []

/** The middle of the screen: every track in a table, filtered as the map is. */
export function LibraryPage() {
  const { tracks, passes } = useExplorer()
  const { sort } = useView()
  const { sorted, busy } = useSorted(tracks.data ?? NO_TRACKS, sort)
  // Sorted before they are filtered: words that are typed into the filter cost no sorting.
  const rows = useMemo(() => (passes ? sorted.filter(passes) : sorted), [sorted, passes])
  if (tracks.error && !tracks.data) {
    return (
      <Face icon={<TriangleAlert size={22} />} title="The library could not be loaded" alert action={{ label: 'Try again', onClick: tracks.retry }}>
        <p>{tracks.error.message}</p>
      </Face>
    )
  }
  if (!tracks.data) return <Face icon={<LoaderCircle size={22} />} title="Loading your library…">{null}</Face>
  if (tracks.data.length === 0) {
    return (
      <Face
        icon={<FolderOpen size={22} />}
        title="Your library is empty"
        testId="library-empty"
        action={{ label: 'Read the music folder', onClick: () => changeView({ page: 'jobs' }) }}
      >
        <p>
          Drop music onto this window, or put it into <code>audio/</code> and read the folder.
        </p>
      </Face>
    )
  }
  return (
    <div className="library" aria-busy={busy} data-testid="library">
      <LibraryBar rows={rows} total={tracks.data.length} />
      {sorted.length === 0 ? (
        <Sorting />
      ) : rows.length > 0 ? <LibraryTable rows={rows} /> : <NothingLeft />}
    </div>
  )
}

/** A large library is sorted between the frames; until then it stands in the order before, at first in none. */
function useSorted(library: readonly Track[], sort: string | null) {
  const fill = useCallback(() => shelve(library), [library])
  const shelf = useSliced(library.length, fill).value ?? NO_TRACKS
  const order = useCallback(() => sortTracks(shelf, parseSort(sort)), [shelf, sort])
  const { value, busy } = useSliced(shelf.length, order)
  return { sorted: value ?? NO_TRACKS, busy }
}

const Sorting = () => (
  <div className="library__nothing">
    <Face icon={<LoaderCircle size={22} />} title="Putting your library in order…">
      {null}
    </Face>
  </div>
)

function NothingLeft() {
  const action = { label: 'Show all', onClick: () => changeView({ find: '', hidden: [] }) }
  return (
    <div className="library__nothing">
      <Face icon={<SearchX size={22} />} title="The filters leave nothing" action={action}>
        <p>No track holds all these words in a shown group.</p>
      </Face>
    </div>
  )
}
