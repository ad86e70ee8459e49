import { LoaderCircle, Route, TriangleAlert } from 'lucide-react'
import { useMemo } from 'react'
import { ApiError } from '@/api/client'
import { useEvolution } from '@/api/queries'
import { Face } from '@/components/Face'
import { Select } from '@/components/Select'
import { datedArtists, describeArtist, type DatedArtist } from '@/domain/evolution'
import { useExplorer } from '@/state/explorer'
import { changeView, useView } from '@/state/view'
import { DriftBars } from './DriftBars'
import { EvolutionMap } from './EvolutionMap'
import './evolution.css'
import { GroupFacts } from './GroupFacts'

/** The middle of the screen: how an artist, and another beside it, moved from year to year. */
export function EvolutionPage() {
  const { tracks } = useExplorer()
  const artists = useMemo(() => datedArtists(tracks.data ?? []), [tracks.data])
  if (tracks.error && !tracks.data) {
    return (
      <Face icon={<TriangleAlert size={22} />} title="The library could not be loaded" alert action={{ label: 'Try again', onClick: tracks.retry }}>
        <p>{tracks.error.message}</p>
      </Face>
    )
  }
  if (!tracks.data) return <Face icon={<LoaderCircle size={22} />} title="Loading your library…">{null}</Face>
  if (artists.length === 0) {
    return (
      <Face icon={<Route size={22} />} title="No artist has a dated track" testId="evolution-none">
        <p>Give your files an artist and a year in their tags and index them again: then their path through the years can be drawn.</p>
      </Face>
    )
  }
  return (
    <div className="evolution" data-testid="evolution">
      <Pickers artists={artists} />
      <Followed />
    </div>
  )
}

function Pickers({ artists }: { artists: readonly DatedArtist[] }) {
  const { artist, beside } = useView()
  const options = artists.map((each) => ({ value: each.name, label: describeArtist(each) }))
  return (
    <div className="evolution__pickers">
      <Select label="Artist" value={artist ?? ''} options={[{ value: '', label: 'Choose an artist' }, ...options]} onChange={(name) => changeView({ artist: name || null })} testId="evolution-artist" />
      <Select
        label="Beside"
        value={beside ?? ''}
        options={[{ value: '', label: 'Nobody beside' }, ...options.filter(({ value }) => value !== artist)]}
        onChange={(name) => changeView({ beside: name || null })}
        testId="evolution-beside"
      />
    </div>
  )
}

/** The answer, or why there is none. */
function Followed() {
  const { query } = useExplorer()
  const { artist, beside } = useView()
  const { data, error, refetch } = useEvolution(query, artist, beside)
  if (artist === null) {
    return (
      <Face icon={<Route size={22} />} title="Whose years?" testId="evolution-invitation">
        <p>Choose an artist above. Those whose dated tracks span most years come first.</p>
      </Face>
    )
  }
  if (error) {
    const refused = error instanceof ApiError && error.status >= 400
    const action = refused ? { label: 'Choose another', onClick: () => changeView({ artist: null, beside: null }) } : { label: 'Try again', onClick: () => void refetch() }
    return (
      <Face icon={<TriangleAlert size={22} />} title="There is no path to draw" alert action={action} testId="evolution-error">
        <p>{error.message}</p>
      </Face>
    )
  }
  if (!data) return <Face icon={<LoaderCircle size={22} />} title="Following the years…">{null}</Face>
  return (
    <div className="evolution__answer" data-testid="evolution-answer">
      <EvolutionMap groups={data.groups} />
      <DriftBars groups={data.groups} typicalDistance={data.typical_distance} />
      {data.groups.map((group, at) => (
        <GroupFacts key={group.name} group={group} place={at} />
      ))}
    </div>
  )
}
