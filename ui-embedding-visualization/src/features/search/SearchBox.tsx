import { Search } from 'lucide-react'
import { useDeferredValue, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { Track } from '@/api/types'
import '@/components/controls.css'
import { buildSearchIndex, searchTracks } from '@/domain/search'
import { formatCount } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { flyToTrack } from '@/state/focus'
import { play } from '@/state/player'
import { changeView } from '@/state/view'
import './search.css'
import { SearchHits } from './SearchHits'

const NO_TRACKS: Track[] = []

/** Finds a track by title, artist, album, genre or file name, and flies to it. Enter also plays it. */
export function SearchBox() {
  const { tracks } = useExplorer()
  const library = tracks.data ?? NO_TRACKS
  const [query, setQuery] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const listId = useId()
  const index = useMemo(() => (open ? buildSearchIndex(library) : []), [library, open])
  const deferred = useDeferredValue(query)
  const hits = useMemo(() => searchTracks(index, deferred), [index, deferred])
  const listed = open && query.trim() !== ''

  const choose = (track: Track, aloud: boolean) => {
    goTo(track, aloud)
    setOpen(false)
    input.current?.blur()
  }
  const onKey = (event: KeyboardEvent) => {
    const last = Math.max(0, hits.length - 1)
    if (event.key === 'ArrowDown') setActive(Math.min(last, active + 1))
    else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1))
    else if (event.key === 'Enter' && hits[active]) choose(hits[active], true)
    else if (event.key === 'Escape') input.current?.blur()
    else return
    event.preventDefault()
  }

  return (
    <div className="search" role="search">
      <Search size={15} aria-hidden />
      <input
        ref={input}
        type="search"
        className="bare-field"
        value={query}
        placeholder={tracks.data ? `Search ${formatCount(library.length)} tracks` : 'Search'}
        aria-label="Search tracks"
        role="combobox"
        aria-expanded={listed}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={listed && hits[active] ? `${listId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setQuery(event.target.value)
          setActive(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKey}
        data-testid="search-input"
      />
      <kbd aria-hidden="true">/</kbd>
      {listed && <SearchHits id={listId} hits={hits} active={active} query={query} onChoose={(track) => choose(track, false)} onPoint={setActive} />}
    </div>
  )
}

function goTo(track: Track, aloud: boolean): void {
  changeView({ track: track.filename })
  flyToTrack(track.filename)
  if (aloud) play(track.filename)
}
