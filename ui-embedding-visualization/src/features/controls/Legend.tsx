import { ChevronRight } from 'lucide-react'
import { useState, type MouseEvent } from 'react'
import { Select } from '@/components/Select'
import { soloEntries, toggleEntries, type Colouring, type LegendEntry } from '@/domain/colouring'
import { fieldChoices } from '@/domain/fields'
import { cssColour, numberGradient, OTHER_COLOUR } from '@/domain/palette'
import { formatCount } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { useScheme } from '@/state/theme'
import { changeView, useView } from '@/state/view'

/** What the colours mean. A click hides an entry; Alt-click or double click shows it alone. */
export function Legend() {
  const { colouring, hidden, models, second } = useExplorer()
  const { find } = useView()
  const [main, folded] = [colouring.legend.filter((entry) => !entry.folded), colouring.legend.filter((entry) => entry.folded)]
  const pickField = (value: string) => changeView({ colour: value, hidden: [] })
  return (
    <section className="panel-section panel-section--legend" aria-label="Colour">
      <div className="legend-head">
        <h2>Colour by</h2>
        {(hidden.size > 0 || find !== '') && (
          <button type="button" className="link" onClick={() => changeView({ hidden: [], find: '' })}>
            Show all
          </button>
        )}
      </div>
      <Select label="Colour by" value={colouring.field.key} options={fieldChoices(models.data?.models ?? [], second !== null)} onChange={pickField} wide testId="colour-by" />
      {colouring.field.explanation && <p className="hint">{colouring.field.explanation}</p>}
      {colouring.range && <NumberScale ends={colouring.range.map((value) => colouring.field.number?.format(value) ?? String(value))} />}
      <ul className="legend">
        {main.map((entry) => (
          <LegendRow key={entry.key} entry={entry} colouring={colouring} hidden={hidden} />
        ))}
        {folded.length > 0 && <FoldedRows entries={folded} colouring={colouring} hidden={hidden} />}
      </ul>
    </section>
  )
}

interface RowProps {
  /** What the row stands for. */
  entry: LegendEntry
  /** The legend it belongs to. */
  colouring: Colouring
  /** Keys of entries switched off. */
  hidden: ReadonlySet<string>
}

function LegendRow({ entry, colouring, hidden }: RowProps) {
  const shown = !hidden.has(entry.key)
  return (
    <li>
      <button
        type="button"
        className="legend-item"
        aria-pressed={shown}
        title={`${entry.label}: click to ${shown ? 'hide' : 'show'}, double-click to show alone`}
        onClick={(event) => toggle(event, colouring, hidden, [entry.key])}
        data-testid="legend-item"
        data-key={entry.key}
      >
        <i style={{ background: cssColour(entry.colour) }} aria-hidden="true" />
        <span>{entry.label}</span>
        <em>{formatCount(entry.count)}</em>
      </button>
    </li>
  )
}

interface FoldedProps extends Omit<RowProps, 'entry'> {
  /** What the row stands for. */
  entries: LegendEntry[]
}

/** The categories that share one colour. */
function FoldedRows({ entries, colouring, hidden }: FoldedProps) {
  const [open, setOpen] = useState(false)
  const scheme = useScheme()
  const keys = entries.map((entry) => entry.key)
  const total = entries.reduce((sum, entry) => sum + entry.count, 0)
  return (
    <>
      <li className="legend-fold">
        <button type="button" className="legend-fold__open" aria-expanded={open} aria-label="List the others" onClick={() => setOpen(!open)}>
          <ChevronRight size={12} aria-hidden />
        </button>
        <button
          type="button"
          className="legend-item"
          aria-pressed={keys.some((key) => !hidden.has(key))}
          onClick={(event) => toggle(event, colouring, hidden, keys)}
          data-testid="legend-item"
          data-key="(other)"
        >
          <i style={{ background: cssColour(OTHER_COLOUR[scheme]) }} aria-hidden="true" />
          <span>{entries.length} others</span>
          <em>{formatCount(total)}</em>
        </button>
      </li>
      {open && entries.map((entry) => <LegendRow key={entry.key} entry={entry} colouring={colouring} hidden={hidden} />)}
    </>
  )
}

/** The second click of a double click arrives here with detail 2: it undoes the first one's toggle and shows the entry alone. */
function toggle(event: MouseEvent, colouring: Colouring, hidden: ReadonlySet<string>, keys: string[]): void {
  const before = event.detail === 2 ? new Set(toggleEntries(hidden, keys)) : hidden
  const solo = event.altKey || event.detail === 2
  changeView({ hidden: solo ? soloEntries(colouring.legend, before, keys) : toggleEntries(hidden, keys) })
}

/** ends: smallest and largest value. */
function NumberScale({ ends }: { ends: string[] }) {
  const scheme = useScheme()
  return (
    <div className="year-scale" role="img" aria-label={`From ${ends[0]} to ${ends[1]}`}>
      <div style={{ background: numberGradient(scheme) }} />
      <span>{ends[0]}</span>
      <span>{ends[1]}</span>
    </div>
  )
}
