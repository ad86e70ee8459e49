import { ChartNoAxesColumn, Copy, Download, Library, ListMusic, Map as MapIcon, Route } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { JobsIcon, useJobsLabel } from '@/features/jobs/JobsIcon'
import { changeView, useView, type Page } from '@/state/view'

const PAGES: readonly { page: Page; label: string; Icon: (props: { size: number }) => React.ReactNode }[] = [
  { page: 'map', label: 'Map', Icon: MapIcon },
  { page: 'library', label: 'Library', Icon: Library },
  { page: 'playlists', label: 'Playlists', Icon: ListMusic },
  { page: 'evaluation', label: 'Evaluation', Icon: ChartNoAxesColumn },
  { page: 'evolution', label: 'Evolution', Icon: Route },
  { page: 'duplicates', label: 'Duplicates', Icon: Copy },
  { page: 'export', label: 'Export', Icon: Download },
  { page: 'jobs', label: 'Jobs', Icon: JobsIcon },
]

/** What the middle of the screen shows. */
export function Pages() {
  const { page: current } = useView()
  const jobs = useJobsLabel()
  const nav = useRef<HTMLElement>(null)
  // On a phone the row is wider than the screen.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView?.({ inline: 'center', block: 'nearest' })
  }, [current])
  return (
    <nav className="pages" aria-label="Pages" ref={nav}>
      {PAGES.map(({ page, label, Icon }) => (
        <button
          key={page}
          type="button"
          aria-current={page === current ? 'page' : undefined}
          aria-label={page === 'jobs' ? jobs : label}
          title={page === 'jobs' ? jobs : undefined}
          onClick={() => changeView({ page })}
          data-testid={`page-${page}`}
        >
          <Icon size={16} />
          <span>{label}</span>
        </button>
      ))}
    </nav>
  )
}
