import { ChevronDown } from 'lucide-react'
import './controls.css'

export interface SelectOption {
  value: string
  label: string
  /** Why it cannot be chosen; null or absent if it can. */
  unavailable?: string | null
}

interface SelectProps {
  /** Name of the choice for a screen reader. */
  label: string
  /** The option chosen. */
  value: string
  /** What can be chosen, and what cannot. */
  options: readonly SelectOption[]
  /** Another option was chosen. */
  onChange: (value: string) => void
  /** Take the whole width. */
  wide?: boolean
  /** Hook for browser tests. */
  testId?: string
}

/** A native select: right for keyboards, screen readers and phones. A value outside the options is shown as it is. */
export function Select({ label, value, options, onChange, wide, testId }: SelectProps) {
  const current = options.find((option) => option.value === value)
  return (
    <span className={wide ? 'select select--wide' : 'select'} title={current?.label}>
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)} data-testid={testId}>
        {!current && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={Boolean(option.unavailable)}>
            {option.unavailable && option.value !== value ? `${option.label} — ${option.unavailable}` : option.label}
          </option>
        ))}
      </select>
      <ChevronDown size={14} aria-hidden />
    </span>
  )
}
