import { useState } from 'react'
import type { EvaluatedRow } from '@/api/evaluationTypes'
import { Select } from '@/components/Select'
import { Downloads } from './Downloads'
import { MatrixView } from './MatrixView'

interface ConfusionSectionProps {
  /** Of the evaluation. */
  id: string
  /** Models. */
  rows: readonly EvaluatedRow[]
  /** Labels. */
  classes: readonly string[]
}

/** What the neighbours of each label's tracks vote, of one model at a time. */
export function ConfusionSection({ id, rows, classes }: ConfusionSectionProps) {
  const [chosen, setChosen] = useState(rows[0]?.name ?? '')
  const row = rows.find(({ name }) => name === chosen)
  if (!row?.confusion) return null
  return (
    <section aria-label="Confusion">
      <div className="evaluation__title">
        <h2>Confusion</h2>
        <Select label="Model" value={chosen} options={rows.map(({ name }) => ({ value: name, label: name }))} onChange={setChosen} testId="confusion-model" />
        <Downloads id={id} files={['png', 'svg'].map((kind) => `confusion_${row.model.replace('/', '_')}.${kind}`)} />
      </div>
      <MatrixView names={classes} values={row.confusion} label="Row: the label of a track. Column: what its neighbours vote." />
    </section>
  )
}
