import { FolderOpen, LoaderCircle, SearchX, TriangleAlert } from 'lucide-react'
import { useMemo } from 'react'
import { Face } from '@/components/Face'
import { parseSort, shelve, sortTracks } from '@/domain/columns'
import { useExplorer } from '@/state/explorer'
import { changeView, useView } from '@/state/view'
import { LibraryBar } from './LibraryBar'
import './library.css'
import { LibraryTable } from './LibraryTable'

/** The middle of the screen: every track in a table, filtered as the map is. */
export function LibraryPage() {
  const { tracks, passes } = useExplorer()
  const { sort } = useView()
  // Sorted before they are filtered: words that are typed into the filter cost no sorting.
  const shelf = useMemo(() => shelve(tracks.data ?? []), [tracks.data])
  const sorted = useMemo(() => sortTracks(shelf, parseSort(sort)), [shelf, sort])
  const rows = useMemo(() => sorted.filter(passes), [sorted, passes])
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
    <div className="library" data-testid="library">
      <LibraryBar rows={rows} total={tracks.data.length} />
      {rows.length > 0 ? <LibraryTable rows={rows} /> : <NothingLeft />}
    </div>
  )
}

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
