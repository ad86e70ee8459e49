import { QueryClientProvider, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { createQueryClient } from '@/api/queries'
import { Controls } from '@/features/controls/Controls'
import { JobsPage } from '@/features/jobs/JobsPage'
import { JobsUnderWay } from '@/features/jobs/JobsUnderWay'
import { JobWatcher } from '@/features/jobs/JobWatcher'
import { LibraryWork } from '@/features/jobs/LibraryWork'
import { DuplicatesPage } from '@/features/duplicates/DuplicatesPage'
import { EvolutionPage } from '@/features/evolution/EvolutionPage'
import { EvaluationPage } from '@/features/evaluation/EvaluationPage'
import { MetricNotes } from '@/features/evaluation/MetricNotes'
import { ExportPage } from '@/features/export/ExportPage'
import { LibraryPage } from '@/features/library/LibraryPage'
import { MapStage } from '@/features/map/MapStage'
import { Player } from '@/features/player/Player'
import { PlaylistList } from '@/features/playlists/PlaylistList'
import { PlaylistPage } from '@/features/playlists/PlaylistPage'
import { SavePlaylistDialog } from '@/features/playlists/SavePlaylistDialog'
import { TrackPage } from '@/features/track/TrackPage'
import { UploadLayer } from '@/features/upload/UploadLayer'
import { useSecondMapSwitch } from '@/state/compare'
import { ExplorerProvider, useExplorer } from '@/state/explorer'
import { toggleSelected } from '@/state/selection'
import { useScheme } from '@/state/theme'
import { useView, type Page } from '@/state/view'
import { Announcer } from './Announcer'
import { CrashBoundary } from './CrashBoundary'
import { Header, type Drawer } from './Header'
import { HelpDialog } from './HelpDialog'
import { SidePanel } from './SidePanel'
import './layout.css'
import { Notices } from './Notices'
import { useShortcuts } from './useShortcuts'

/** given: a client that has already asked for something. */
export function App({ client: given }: { client?: QueryClient }) {
  const [client] = useState(() => given ?? createQueryClient())
  const scheme = useScheme()
  useEffect(() => {
    document.documentElement.dataset.theme = scheme
  }, [scheme])
  return (
    <CrashBoundary>
      <QueryClientProvider client={client}>
        <ExplorerProvider>
          <Shell />
        </ExplorerProvider>
      </QueryClientProvider>
    </CrashBoundary>
  )
}

/** What a page puts on the left and in the middle, and how these are called. */
const PAGES: Record<Page, { Left: () => React.ReactNode; leftLabel: string; Main: () => React.ReactNode; label: string }> = {
  map: { Left: Controls, leftLabel: 'View and colours', Main: MapStage, label: 'Map' },
  library: { Left: Controls, leftLabel: 'View and colours', Main: LibraryPage, label: 'Library' },
  track: { Left: Controls, leftLabel: 'View and colours', Main: TrackPage, label: 'Track' },
  playlists: { Left: PlaylistList, leftLabel: 'Playlists', Main: PlaylistPage, label: 'Playlist' },
  jobs: { Left: LibraryWork, leftLabel: 'Music folder and maps', Main: JobsPage, label: 'Jobs' },
  evolution: { Left: Controls, leftLabel: 'View and colours', Main: EvolutionPage, label: 'Evolution' },
  duplicates: { Left: Controls, leftLabel: 'View and colours', Main: () => <DuplicatesPage underWay={<JobsUnderWay kind="duplicates" />} />, label: 'Duplicates' },
  export: { Left: Controls, leftLabel: 'View and colours', Main: () => <ExportPage underWay={<JobsUnderWay kind="export" />} />, label: 'Export' },
  evaluation: { Left: MetricNotes, leftLabel: 'What is measured', Main: EvaluationPage, label: 'Evaluation' },
}

/** The frame: header, two panels that become drawers on a small screen, the map, the player. */
function Shell() {
  const [drawer, setDrawer] = useState<Drawer>(null)
  const { Left, leftLabel, Main, label } = PAGES[useView().page]
  const [helpOpen, setHelpOpen] = useState(false)
  useShortcuts({ help: () => setHelpOpen(true), compare: useSecondMapSwitch(), closeDrawer: () => setDrawer(null), toggleTrack: useToggleTrack() })
  const toggle = (which: Drawer) => setDrawer(drawer === which ? null : which)
  return (
    <div className="shell" data-drawer={drawer ?? 'none'}>
      <Header drawer={drawer} onToggle={toggle} onHelp={() => setHelpOpen(true)} />
      <aside className="panel panel--left" aria-label={leftLabel}>
        <Left />
      </aside>
      <main className="stage" aria-label={label}>
        <Main />
      </main>
      <aside className="panel panel--right" aria-label="Details">
        <SidePanel />
      </aside>
      <button type="button" className="drawer-shade" aria-label="Close the panel" tabIndex={-1} onClick={() => setDrawer(null)} />
      <footer className="footer">
        <Player onShowTrack={() => setDrawer('track')} />
      </footer>
      <HelpDialog open={helpOpen} onClose={() => setHelpOpen(false)} />
      <SavePlaylistDialog />
      <UploadLayer />
      <Notices />
      <Announcer />
      <JobWatcher />
    </div>
  )
}

/** Takes the track in focus into the selection, or out of it. */
function useToggleTrack(): () => void {
  const { findTrack } = useExplorer()
  const track = findTrack(useView().track)
  return () => track && toggleSelected(track.id)
}
