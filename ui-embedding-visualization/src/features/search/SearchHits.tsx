import { useEffect, useRef } from 'react'
import type { Track } from '@/api/types'
import { Cover } from '@/components/Cover'
import { coverOf } from '@/domain/cover'
import { artistLabel, formatDuration, joinKnown, trackTitle } from '@/domain/track'

interface SearchHitsProps {
  /** Of the list, for the input's ARIA attributes. */
  id: string
  /** Best first. */
  hits: readonly Track[]
  /** Index of the hit the keyboard is at. */
  active: number
  /** What was typed, for the empty face. */
  query: string
  /** A hit was clicked. */
  onChoose: (track: Track) => void
  /** The pointer is over a hit. */
  onPoint: (index: number) => void
}

/** The list under the search box. */
export function SearchHits({ id, hits, active, query, onChoose, onPoint }: SearchHitsProps) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    // In braces: newer browsers return a promise, which React would take for a clean-up function.
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])
  if (hits.length === 0) {
    return (
      <p className="search-none" role="status">
        Nothing matches “{query.trim()}”. Try part of a title, an artist, an album, a genre or a file name.
      </p>
    )
  }
  return (
    <ul ref={list} id={id} className="search-hits" role="listbox" aria-label="Tracks found">
      {hits.map((track, i) => (
        <li
          key={track.filename}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === active}
          className="search-hit"
          // The input must not lose its focus before the click arrives.
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => onPoint(i)}
          onClick={() => onChoose(track)}
          data-testid="search-hit"
        >
          <Cover {...coverOf(track, 34)} />
          <span>
            <strong>{trackTitle(track)}</strong>
            <em>{joinKnown(artistLabel(track), track.album)}</em>
          </span>
          <time>{formatDuration(track.duration)}</time>
        </li>
      ))}
    </ul>
  )
}
