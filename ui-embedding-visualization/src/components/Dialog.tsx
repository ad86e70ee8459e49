import { X } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import './face.css'
import { IconButton } from './IconButton'

interface DialogProps {
  /** Heading, and name for a screen reader. */
  title: string
  /** Whether it is shown. */
  open: boolean
  /** It was closed. */
  onClose: () => void
  /** Below the heading. */
  children: ReactNode
  /** Hook for browser tests. */
  testId?: string
}

/** A modal window: Escape, the cross and a click beside it close it. */
export function Dialog({ title, open, onClose, children, testId }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!open) return dialog.current?.close()
    dialog.current?.showModal()
    // React's autoFocus comes before the dialog takes the focus to its first button.
    dialog.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
  }, [open])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
      data-testid={testId}
    >
      <div className="dialog__body">
        <header>
          <h2>{title}</h2>
          <IconButton label="Close" onClick={onClose}>
            <X size={16} />
          </IconButton>
        </header>
        {children}
      </div>
    </dialog>
  )
}
