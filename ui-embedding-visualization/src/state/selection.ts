/** Which tracks are selected. The selection itself stands in the URL; here are its steps back and forth, and the tool in the hand. */
import { create } from 'zustand'
import { combine, isSameSelection, NOTHING, toggle, type Combine, type TrackIds } from '@/domain/selection'
import { changeView, getView } from './view'

export type MapTool = 'pan' | 'rectangle' | 'lasso'

interface SelectionState {
  past: readonly TrackIds[]
  future: readonly TrackIds[]
  /** What a drag on the map does. */
  tool: MapTool
  /** How the next region changes the selection. */
  combination: Combine
}

const INITIAL: SelectionState = { past: [], future: [], tool: 'pan', combination: 'replace' }
const MAX_STEPS = 100

export const useSelection = create<SelectionState>(() => INITIAL)

export const chooseTool = (tool: MapTool): void => useSelection.setState({ tool })
export const chooseCombination = (combination: Combine): void => useSelection.setState({ combination })

/** The URL is amended, not stepped: undo and redo walk selections, the back button walks maps. */
function show(ids: TrackIds): void {
  changeView({ selection: ids }, 'amend')
}

function change(next: TrackIds): void {
  const current = getView().selection
  if (isSameSelection(current, next)) return
  useSelection.setState(({ past }) => ({ past: [...past, current].slice(-MAX_STEPS), future: [] }))
  show(next)
}

export const changeSelection = (chosen: TrackIds, how: Combine = 'replace'): void => change(combine(getView().selection, chosen, how))
export const toggleSelected = (id: number): void => change(toggle(getView().selection, id))
export const clearSelection = (): void => change(NOTHING)

export function undoSelection(): void {
  const { past, future } = useSelection.getState()
  const before = past.at(-1)
  if (!before) return
  useSelection.setState({ past: past.slice(0, -1), future: [getView().selection, ...future] })
  show(before)
}

export function redoSelection(): void {
  const { past, future } = useSelection.getState()
  if (future.length === 0) return
  useSelection.setState({ past: [...past, getView().selection], future: future.slice(1) })
  show(future[0])
}
