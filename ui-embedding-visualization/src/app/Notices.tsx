import { X } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import { dismiss, useNotices } from '@/state/notices'

/** Short messages above the player. */
export function Notices() {
  const { notices } = useNotices()
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map(({ id, text, kind, action }) => (
        <p key={id} className="notice" data-kind={kind} data-testid="notice">
          <span>{text}</span>
          {action && (
            <button
              type="button"
              className="link"
              onClick={() => {
                dismiss(id)
                action.run()
              }}
              data-testid="notice-action"
            >
              {action.label}
            </button>
          )}
          <IconButton label="Close" onClick={() => dismiss(id)}>
            <X size={14} />
          </IconButton>
        </p>
      ))}
    </div>
  )
}
