import type { CSSProperties } from 'react'
import './controls.css'

interface SliderProps {
  /** Name for a screen reader. */
  label: string
  /** Where the thumb is. */
  value: number
  /** The right end. */
  max: number
  /** The smallest change. */
  step: number
  /** The thumb was moved. */
  onChange: (value: number) => void
  /** The value in words: `1:17 of 3:24`. */
  valueText?: string
  /** Greyed and out of reach. */
  disabled?: boolean
  /** Arrow keys move this slider even where they mean something else around it. */
  ownArrows?: boolean
  /** Hook for browser tests. */
  testId?: string
}

/** From 0 to max. A native range, filled up to its thumb. */
export function Slider({ label, value, max, step, onChange, valueText, disabled, ownArrows, testId }: SliderProps) {
  const filled = max > 0 ? `${((100 * Math.min(value, max)) / max).toFixed(2)}%` : '0%'
  return (
    <input
      type="range"
      className="slider"
      style={{ '--filled': filled } as CSSProperties}
      aria-label={label}
      aria-valuetext={valueText}
      min={0}
      max={max || 1}
      step={step}
      value={Math.min(value, max || 1)}
      disabled={disabled}
      data-own={ownArrows ? 'arrows' : undefined}
      onChange={(event) => onChange(Number(event.target.value))}
      data-testid={testId}
    />
  )
}
