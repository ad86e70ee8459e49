import { Lasso, Move, Redo2, Square, SquareDashed, SquaresIntersect, SquaresSubtract, SquaresUnite, Undo2, X } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import type { Combine } from '@/domain/selection'
import { chooseCombination, chooseTool, clearSelection, redoSelection, undoSelection, useSelection, type MapTool } from '@/state/selection'
import { useView } from '@/state/view'

const TOOLS: readonly { tool: MapTool; label: string; Icon: typeof Move }[] = [
  { tool: 'pan', label: 'Move the map', Icon: Move },
  { tool: 'rectangle', label: 'Select by rectangle', Icon: SquareDashed },
  { tool: 'lasso', label: 'Select by lasso (Shift-drag)', Icon: Lasso },
]
const COMBINATIONS: readonly { how: Combine; label: string; Icon: typeof Move }[] = [
  { how: 'replace', label: 'Select anew', Icon: Square },
  { how: 'add', label: 'Add to the selection (Ctrl)', Icon: SquaresUnite },
  { how: 'subtract', label: 'Take from the selection (Alt)', Icon: SquaresSubtract },
  { how: 'intersect', label: 'Keep what lies in both (Ctrl+Alt)', Icon: SquaresIntersect },
]

/** What a drag on the map does, how a region changes the selection, and the way back. */
export function SelectionTools() {
  const { tool, combination, past, future } = useSelection()
  const { selection } = useView()
  return (
    <>
      <span className="tool-group" role="group" aria-label="Tool">
        {TOOLS.map(({ tool: value, label, Icon }) => (
          <IconButton key={value} label={label} pressed={tool === value} onClick={() => chooseTool(value)} testId={`tool-${value}`}>
            <Icon size={15} />
          </IconButton>
        ))}
      </span>
      {(tool !== 'pan' || selection.length > 0) && (
        <span className="tool-group" data-idle={tool === 'pan'} role="group" aria-label="How a region changes the selection">
          {COMBINATIONS.map(({ how, label, Icon }) => (
            <IconButton key={how} label={label} pressed={combination === how} onClick={() => chooseCombination(how)} testId={`combine-${how}`}>
              <Icon size={15} />
            </IconButton>
          ))}
        </span>
      )}
      {(selection.length > 0 || past.length > 0 || future.length > 0) && (
        <span className="tool-group" role="group" aria-label="Selection">
          <IconButton label="Undo selection (Ctrl+Z)" disabled={past.length === 0} onClick={undoSelection} testId="selection-undo">
            <Undo2 size={15} />
          </IconButton>
          <IconButton label="Redo selection (Ctrl+Shift+Z)" disabled={future.length === 0} onClick={redoSelection} testId="selection-redo">
            <Redo2 size={15} />
          </IconButton>
          <IconButton label="Clear the selection" disabled={selection.length === 0} onClick={clearSelection} testId="selection-clear">
            <X size={15} />
          </IconButton>
        </span>
      )}
    </>
  )
}
