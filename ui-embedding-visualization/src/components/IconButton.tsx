import type { ReactNode } from 'react'
import './controls.css'

interface IconButtonProps {
  /** What the button does: its name for a screen reader, and its tooltip. */
  label: string
  /** The icon. */
  children: ReactNode
  /** It was pressed. */
  onClick: () => void
  /** `bare` has no frame, `framed` stands on the map, `accent` is the one main button. */
  kind?: 'bare' | 'framed' | 'accent'
  /** For a button that is on or off. */
  pressed?: boolean
  /** Greyed and out of reach. */
  disabled?: boolean
  /** The keyboard reaches what it does in another way. */
  outOfTabOrder?: boolean
  /** Extra class, for layout only. */
  className?: string
  /** Hook for browser tests. */
  testId?: string
}

export function IconButton({ label, children, onClick, kind = 'bare', pressed, disabled, outOfTabOrder, className = '', testId }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`icon-button icon-button--${kind} ${className}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      tabIndex={outOfTabOrder ? -1 : undefined}
      onClick={onClick}
      data-testid={testId}
    >
      {children}
    </button>
  )
}
