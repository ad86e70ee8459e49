import { ChartNoAxesColumn, Library, ListMusic, Map as MapIcon } from 'lucide-react'
import { changeView, useView, type Page } from '@/state/view'

const PAGES: readonly { page: Page; label: string; Icon: typeof Library }[] = [
  { page: 'map', label: 'Map', Icon: MapIcon },
  { page: 'library', label: 'Library', Icon: Library },
  { page: 'playlists', label: 'Playlists', Icon: ListMusic },
  { page: 'evaluation', label: 'Evaluation', Icon: ChartNoAxesColumn },
]

/** What the middle of the screen shows. */
export function Pages() {
  const { page: current } = useView()
  return (
    <nav className="pages" aria-label="Pages">
      {PAGES.map(({ page, label, Icon }) => (
        <button key={page} type="button" aria-current={page === current ? 'page' : undefined} aria-label={label} onClick={() => changeView({ page })} data-testid={`page-${page}`}>
          <Icon size={16} aria-hidden />
          <span>{label}</span>
        </button>
      ))}
    </nav>
  )
}
