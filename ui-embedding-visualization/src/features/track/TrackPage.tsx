import { AudioLines, Map as MapIcon, Play, SearchX, TriangleAlert } from 'lucide-react'
import type { ModelInfo, Track } from '@/api/types'
import { Facts } from '@/components/Facts'
import { Cover } from '@/components/Cover'
import { Face, Skeleton } from '@/components/Face'
import { coverOf } from '@/domain/cover'
import { artistLabel, formatDuration, genreLabel, joinKnown, trackTitle } from '@/domain/track'
import { useExplorer } from '@/state/explorer'
import { flyToTrack } from '@/state/focus'
import { play } from '@/state/player'
import { changeView, useView } from '@/state/view'
import { Heard } from './Heard'
import { NeighboursByModel } from './NeighboursByModel'
import './track-page.css'
import { TrackActions } from './TrackActions'

/** The middle of the screen: everything that is known of one track, model beside model. */
export function TrackPage() {
  const { findTrack, tracks, models } = useExplorer()
  const { track: name } = useView()
  const track = findTrack(name)
  const toMap = { label: 'Pick one on the map', onClick: () => changeView({ page: 'map' }) }
  if (!tracks.data && tracks.error) {
    return (
      <Face icon={<TriangleAlert size={22} />} title="The library could not be loaded" alert action={{ label: 'Try again', onClick: tracks.retry }} testId="track-page-error">
        <p>{tracks.error.message}</p>
      </Face>
    )
  }
  if (!tracks.data) return <Skeleton width="100%" height={160} />
  if (!track) {
    return (
      <Face icon={name === null ? <AudioLines size={22} /> : <SearchX size={22} />} title={name === null ? 'No track is picked' : 'That track is not in the library'} action={toMap} testId="track-page-none">
        <p>{name ?? 'Here stands what every model hears in a track.'}</p>
      </Face>
    )
  }
  const heardBy = models.data?.models.filter((info) => info.n_extracted > 0) ?? []
  return <Everything track={track} models={heardBy} />
}

interface EverythingProps {
  track: Track
  /** The models that have listened to the library. */
  models: readonly ModelInfo[]
}

function Everything({ track, models }: EverythingProps) {
  return (
    <article className="track-page" data-testid="track-page">
      <header className="track-page__head">
        <Cover {...coverOf(track, 132)} />
        <div>
          <h2>{trackTitle(track)}</h2>
          <p>{joinKnown(artistLabel(track), track.album, track.year)}</p>
          <div className="button-row">
            <button type="button" className="button" onClick={() => play(track.filename)}>
              <Play size={12} fill="currentColor" strokeWidth={0} aria-hidden /> Play
            </button>
            <button type="button" className="button" onClick={() => showOnMap(track.filename)} data-testid="track-page-to-map">
              <MapIcon size={13} aria-hidden /> On the map
            </button>
          </div>
          <TrackActions track={track} />
        </div>
        <FileFacts track={track} />
      </header>
      <Heard track={track} models={models} />
      <NeighboursByModel track={track} models={models} />
    </article>
  )
}

function showOnMap(name: string): void {
  changeView({ page: 'map' })
  flyToTrack(name)
}

function FileFacts({ track }: { track: Track }) {
  const { tempo, spectral_centroid: centroid } = track
  const facts: [string, string | null][] = [
    [track.genres.length > 1 ? 'Genres' : 'Genre', (track.genres.length > 1 ? track.genres : [track.genre]).map(genreLabel).join(', ')],
    ['Sounds like', track.predicted_genre && `${genreLabel(track.predicted_genre)}, ${Math.round(100 * (track.confidence ?? 0))} % sure`],
    ['Length', formatDuration(track.duration)],
    ['Tempo', tempo === null ? null : `${Math.round(tempo)} BPM`],
    ['Brightness', centroid === null ? null : `${Math.round(centroid)} Hz`],
    ['File', track.filename],
  ]
  return <Facts facts={facts} />
}
