import type { ReactNode } from 'react'
import './face.css'

interface FaceProps {
  /** Above the text. */
  icon: ReactNode
  /** One line: what is the matter. */
  title: string
  /** What happened and what to do. */
  children: ReactNode
  /** Announced at once by a screen reader. */
  alert?: boolean
  /** Something to press, such as "Try again". */
  action?: { label: string; onClick: () => void }
  /** Hook for browser tests. */
  testId?: string
}

/** What a place shows instead of its content: nothing there yet, or something went wrong. */
export function Face({ icon, title, children, alert, action, testId }: FaceProps) {
  return (
    <div className="face" role={alert ? 'alert' : 'status'} data-testid={testId}>
      <span className="face__icon" aria-hidden="true">
        {icon}
      </span>
      <h2>{title}</h2>
      <div className="face__text">{children}</div>
      {action && (
        <button type="button" className="button" onClick={action.onClick}>
          {action.label}
        </button>
      )}
    </div>
  )
}

interface SkeletonProps {
  /** CSS width. */
  width: string
  /** Pixels. */
  height: number
}

/** A grey bar where something will stand. */
export const Skeleton = ({ width, height }: SkeletonProps) => <span className="skeleton" style={{ width, height }} aria-hidden="true" />
