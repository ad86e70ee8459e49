import { Dialog } from '@/components/Dialog'

const KEYS: readonly [string[], string][] = [
  [['/'], 'Search'],
  [['Space'], 'Play or pause'],
  [['←', '→', '↑', '↓'], 'On the map: go to the nearest track that way and play it'],
  [['Enter'], 'On the map: play the selected track'],
  [['←', '→'], 'In the player: 5 seconds back or forward'],
  [['x'], 'Take the track in focus into the selection, or out of it'],
  [['c'], 'Open a second map beside the first, or close it'],
  [['Ctrl', 'Z'], 'Undo a change of the selection; with Shift: redo'],
  [['+', '−', '0'], 'On the map: zoom in, zoom out, fit everything'],
  [['Space', 'Enter', 'm'], 'In the library: select the track, play it, show it on the map; Shift with arrows selects on the way'],
  [['Alt', '↑', '↓'], 'In a playlist: move the track'],
  [['?'], 'This help'],
]

interface HelpDialogProps {
  /** Whether it is shown. */
  open: boolean
  /** It was closed. */
  onClose: () => void
}

export function HelpDialog({ open, onClose }: HelpDialogProps) {
  return (
    <Dialog title="What am I seeing?" open={open} onClose={onClose} testId="help-dialog">
      <p>
        Every point is one track of your library. A model has listened to it and described it with numbers; the map lays these numbers out so that tracks the model hears as
        alike come to lie close together. <strong>Embedding</strong> is the model’s own description, <strong>taggram</strong> what it says in tags.
      </p>
      <p>
        The axes have no meaning of their own, and how far apart two distant groups lie means little: read the map by neighbourhoods. Choose another method to see which
        neighbourhoods stay together.
      </p>
      <h3>Mouse and touch</h3>
      <p>
        Drag to move (in 3-D, drag to turn and right-drag to move), wheel or pinch to zoom, double-click on nothing to fit everything. Click a point to play it, Ctrl-click to select it. Shift-drag draws a lasso around tracks to select; Ctrl adds them, Alt takes them away, both keep what lies in both. In the legend, a click hides a group and a
        double click shows it alone.
      </p>
      <h3>Keys</h3>
      <dl className="help-keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
