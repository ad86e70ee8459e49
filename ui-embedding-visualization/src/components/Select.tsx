import { ChevronDown } from 'lucide-react'
import './controls.css'

export interface SelectOption {
  value: string
  label: string
  /** Why it cannot be chosen; null or absent if it can. */
  unavailable?: string | null
  /** Heading it stands under; null or absent: at the top. */
  group?: string | null
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
        {grouped(options).map(([group, members]) =>
          group === null ? members.map((option) => toOption(option, value)) : (
            <optgroup key={group} label={group}>
              {members.map((option) => toOption(option, value))}
            </optgroup>
          ),
        )}
      </select>
      <ChevronDown size={14} aria-hidden />
    </span>
  )
}

/** In the order in which each heading comes first. */
function grouped(options: readonly SelectOption[]): [group: string | null, members: SelectOption[]][] {
  const groups = new Map<string | null, SelectOption[]>()
  for (const option of options) {
    const members = groups.get(option.group ?? null)
    if (members) members.push(option)
    else groups.set(option.group ?? null, [option])
  }
  return [...groups]
}

const toOption = (option: SelectOption, chosen: string) => (
  <option key={option.value} value={option.value} disabled={Boolean(option.unavailable)}>
    {option.unavailable && option.value !== chosen ? `${option.label} — ${option.unavailable}` : option.label}
  </option>
)
