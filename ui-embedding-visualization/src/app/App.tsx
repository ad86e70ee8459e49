import { QueryClientProvider, type QueryClient } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { createQueryClient } from '@/api/queries'
import { JobWatcher } from '@/features/jobs/JobWatcher'
import { Player } from '@/features/player/Player'
import { SavePlaylistDialog } from '@/features/playlists/SavePlaylistDialog'
import { UploadLayer } from '@/features/upload/UploadLayer'
import { useSecondMapSwitch } from '@/state/compare'
import { ExplorerProvider, useExplorer } from '@/state/explorer'
import { toggleSelected } from '@/state/selection'
import { useScheme } from '@/state/theme'
import { useView } from '@/state/view'
import { AccessGate } from './AccessGate'
import { Announcer } from './Announcer'
import { CrashBoundary } from './CrashBoundary'
import { Header, type Drawer } from './Header'
import { HelpDialog } from './HelpDialog'
import { SidePanel } from './SidePanel'
import './layout.css'
import { Notices } from './Notices'
import { PAGES, readOthersSoon } from './pageTable'
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
        <AccessGate>
          <ExplorerProvider>
            <Shell />
          </ExplorerProvider>
        </AccessGate>
      </QueryClientProvider>
    </CrashBoundary>
  )
}

/** The frame: header, two panels that become drawers on a small screen, the map, the player. */
function Shell() {
  const [drawer, setDrawer] = useState<Drawer>(null)
  const { Left, leftLabel, Main, label } = PAGES[useView().page]
  const [helpOpen, setHelpOpen] = useState(false)
  useEffect(readOthersSoon, [])
  useShortcuts({ help: () => setHelpOpen(true), compare: useSecondMapSwitch(), closeDrawer: () => setDrawer(null), toggleTrack: useToggleTrack() })
  const toggle = (which: Drawer) => setDrawer(drawer === which ? null : which)
  return (
    <div className="shell" data-drawer={drawer ?? 'none'}>
      <Header drawer={drawer} onToggle={toggle} onHelp={() => setHelpOpen(true)} />
      <aside className="panel panel--left" data-covers-map aria-label={leftLabel}>
        <Suspense>
          <Left />
        </Suspense>
      </aside>
      <main className="stage" aria-label={label}>
        <Suspense>
          <Main />
        </Suspense>
      </main>
      <aside className="panel panel--right" data-covers-map aria-label="Details">
        <SidePanel />
      </aside>
      <button type="button" className="drawer-shade" aria-label="Close the panel" tabIndex={-1} onClick={() => setDrawer(null)} />
      <footer className="footer">
        <Player onShowTrack={() => setDrawer('track')} />
      </footer>
      <HelpDialog open={helpOpen} onClose={() => setHelpOpen(false)} />
      <Notices />
      <Announcer />
      {!useExplorer().awaitsPicture && <Unseen />}
    </div>
  )
}

/** What is not seen before somebody does something, or something happens. */
const Unseen = () => (
  <>
    <SavePlaylistDialog />
    <UploadLayer />
    <JobWatcher />
  </>
)

/** Takes the track in focus into the selection, or out of it. */
function useToggleTrack(): () => void {
  const { findTrack } = useExplorer()
  const track = findTrack(useView().track)
  return () => track && toggleSelected(track.id)
}
