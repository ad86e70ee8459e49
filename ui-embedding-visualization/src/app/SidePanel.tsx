import { Segmented } from '@/components/Segmented'
import { formatCount } from '@/domain/track'
import { PathPanel } from '@/features/path/PathPanel'
import { PlaylistPanel } from '@/features/playlist/PlaylistPanel'
import { SelectionPanel } from '@/features/selection/SelectionPanel'
import { TrackPanel } from '@/features/track/TrackPanel'
import { useExplorer } from '@/state/explorer'
import { changeView, useView, type Panel } from '@/state/view'

const CONTENT: Record<Panel, () => React.ReactNode> = { track: TrackPanel, selection: SelectionPanel, path: PathPanel, playlist: PlaylistPanel }

/** The right panel: one of several, chosen by the tabs above. */
export function SidePanel() {
  const { panel } = useView()
  const { selection } = useExplorer()
  const Content = CONTENT[panel]
  const options: { value: Panel; label: string }[] = [
    { value: 'track', label: 'Track' },
    { value: 'selection', label: selection.length === 0 ? 'Selection' : `Selection ${formatCount(selection.length)}` },
    { value: 'path', label: 'Path' },
    { value: 'playlist', label: 'Playlist' },
  ]
  return (
    <>
      <Segmented label="Details" value={panel} options={options} onChange={(value) => changeView({ panel: value }, 'amend')} testIdPrefix="panel" />
      <Content />
    </>
  )
}
