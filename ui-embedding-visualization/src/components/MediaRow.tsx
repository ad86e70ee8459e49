import type { ReactNode } from 'react'
import { Cover } from './Cover'
import './media.css'

interface MediaRowProps {
  /** Source, placeholder and size of the picture. */
  cover: Parameters<typeof Cover>[0]
  /** First line. */
  title: string
  /** Second line. */
  detail: ReactNode
  /** On the right: a length, a score. */
  aside: ReactNode
  /** It sounds, or is in focus. */
  current?: boolean
  /** It was pressed. */
  onClick: () => void
  /** Hook for browser tests. */
  testId?: string
}

/** A track in a list: cover, two lines, and something on the right. One button. */
export function MediaRow({ cover, title, detail, aside, current, onClick, testId }: MediaRowProps) {
  return (
    <button type="button" className="media-row" aria-current={current ? 'true' : undefined} onClick={onClick} data-testid={testId}>
      <Cover {...cover} />
      <span className="media-row__text">
        <strong>{title}</strong>
        <em>{detail}</em>
      </span>
      <span className="media-row__aside">{aside}</span>
    </button>
  )
}
