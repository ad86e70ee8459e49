import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type ReactNode } from 'react'
import './media.css'

interface VirtualListProps {
  /** How many rows there are. */
  count: number
  /** Pixels, the same for all; where rows grow, what they will be about. */
  rowHeight: number
  /** Rows are as high as their content. */
  grows?: boolean
  /** The content of a row. */
  renderRow: (index: number) => ReactNode
  /** What tells one row from another when the list changes. */
  keyOf: (index: number) => string | number
  /** A row to bring into view when it changes, or -1. */
  reveal?: number
  /** What a screen reader says of the list; a table says it itself. */
  label?: string
  /** The rows are those of a table: its heading, which stays above them, and how high it is in pixels. */
  head?: { node: ReactNode; height: number }
  /** Extra class, for layout only. */
  className?: string
  /** Hook for browser tests. */
  testId?: string
}

const OVERSCAN = 8

/** A list that draws only the rows in sight, so that a hundred thousand scroll as ten do. */
export function VirtualList({ count, rowHeight, grows = false, renderRow, keyOf, reveal = -1, label, head, className = '', testId }: VirtualListProps) {
  const root = useRef<HTMLDivElement>(null)
  // eslint-disable-next-line react-hooks/incompatible-library -- there is no React Compiler here to be held up
  const rows = useVirtualizer({
    count,
    getScrollElement: () => root.current,
    estimateSize: () => rowHeight,
    // Rows of one height need no names to be measured by: with new ones a hundred thousand would be measured anew.
    ...(grows ? { getItemKey: keyOf } : {}),
    overscan: OVERSCAN,
    scrollMargin: head?.height ?? 0,
    scrollPaddingStart: head?.height ?? 0,
    initialRect: { width: 300, height: 600 },
  })
  useEffect(() => {
    if (reveal >= 0) rows.scrollToIndex(reveal)
  }, [reveal, rows])
  return (
    <div ref={root} className={`virtual-list ${className}`} role={head ? 'none' : 'list'} aria-label={label} tabIndex={head ? undefined : 0} data-testid={testId}>
      {head?.node}
      <div className="virtual-list__rows" role={head && 'rowgroup'} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => (
          <div
            key={keyOf(item.index)}
            className="virtual-list__row"
            ref={grows ? rows.measureElement : undefined}
            data-index={item.index}
            {...(head ? {} : { role: 'listitem', 'aria-setsize': count, 'aria-posinset': item.index + 1 })}
            style={{ height: grows ? undefined : rowHeight, transform: `translateY(${item.start - rows.options.scrollMargin}px)` }}
          >
            {renderRow(item.index)}
          </div>
        ))}
      </div>
    </div>
  )
}
