import { ListFilter } from 'lucide-react'
import './controls.css'

interface FilterBoxProps {
  /** The words so far. */
  value: string
  /** Every letter. */
  onChange: (value: string) => void
  /** Name for a screen reader. */
  label: string
  /** Hook for browser tests. */
  testId: string
}

/** Words that narrow what is shown. */
export function FilterBox({ value, onChange, label, testId }: FilterBoxProps) {
  return (
    <label className="filter-box">
      <ListFilter size={15} aria-hidden />
      <input type="text" className="bare-field" value={value} placeholder="Filter by any words" aria-label={label} spellCheck={false} onChange={(event) => onChange(event.target.value)} data-testid={testId} />
    </label>
  )
}
