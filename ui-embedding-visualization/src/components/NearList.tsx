import { Waypoints } from 'lucide-react'
import { Cover } from './Cover'
import './media.css'
import './near-list.css'

interface NearItem {
  key: string
  title: string
  detail: string
  cover: Parameters<typeof Cover>[0]
  /** How far it is, in words. */
  distance: string
  /** 0 … 1: the length of its bar. */
  nearness: number
  /** Why it is marked; null if it is not. */
  mark: string | null
  /** A few words that stand out, such as who agrees; null for none. */
  badge?: string | null
}

interface NearListProps {
  /** From top to bottom. */
  items: readonly NearItem[]
  /** Key of the item that sounds. */
  current: string | null
  /** An item was pressed. */
  onPick: (key: string) => void
  /** What a screen reader says of the list. */
  label: string
  /** Hook for browser tests, of each row. */
  testId: string
}

/** Tracks with how near they are. */
export function NearList({ items, current, onPick, label, testId }: NearListProps) {
  return (
    <ol className="near-list" aria-label={label}>
      {items.map((item) => (
        <li key={item.key}>
          <button type="button" className="media-row" aria-current={item.key === current ? 'true' : undefined} onClick={() => onPick(item.key)} data-testid={testId} data-key={item.key}>
            <Cover {...item.cover} />
            <span className="media-row__text">
              <strong>
                {item.title}
                {item.mark !== null && (
                  <span className="near-list__mark" role="img" aria-label={item.mark} title={item.mark}>
                    <Waypoints size={12} aria-hidden />
                  </span>
                )}
              </strong>
              <em title={item.detail}>
                {item.badge && <b>{item.badge}</b>}
                {item.detail}
              </em>
            </span>
            <span className="near-list__distance">
              {item.distance}
              <i style={{ width: `${Math.round(100 * item.nearness)}%` }} aria-hidden="true" />
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
