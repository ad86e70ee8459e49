import { useRef, type KeyboardEvent } from 'react'
import './controls.css'

interface SegmentedProps<T extends string> {
  /** Name of the choice for a screen reader. */
  label: string
  /** The option chosen. */
  value: string
  /** From left to right. */
  options: readonly { value: T; label: string }[]
  /** Another option was chosen. */
  onChange: (value: T) => void
  /** Hooks for browser tests are `prefix-value`. */
  testIdPrefix: string
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

/** One of a few: a radio group whose arrow keys choose. */
export function Segmented<T extends string>({ label, value, options, onChange, testIdPrefix }: SegmentedProps<T>) {
  const group = useRef<HTMLDivElement>(null)
  const current = options.findIndex((option) => option.value === value)

  const step = (event: KeyboardEvent) => {
    const by = STEPS[event.key]
    if (!by) return
    event.preventDefault()
    event.stopPropagation()
    const next = (current + by + options.length) % options.length
    onChange(options[next].value)
    group.current?.querySelectorAll('button')[next]?.focus()
  }

  return (
    <div ref={group} className="segmented" role="radiogroup" aria-label={label} onKeyDown={step}>
      {options.map((option, i) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={i === current}
          tabIndex={i === Math.max(0, current) ? 0 : -1}
          onClick={() => onChange(option.value)}
          data-testid={`${testIdPrefix}-${option.value}`}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
