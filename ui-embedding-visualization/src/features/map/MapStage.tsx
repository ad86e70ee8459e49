import { Disc3, FolderOpen, TriangleAlert, Workflow } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { ApiError } from '@/api/client'
import type { ProjectionQuery } from '@/api/types'
import { Face } from '@/components/Face'
import type { PointMapHandle } from '@/components/point-map/PointMap'
import { mapName, pairName } from '@/domain/models'
import { countOf } from '@/domain/track'
import { useExplorer, type MapLayer } from '@/state/explorer'
import { changeView, DEFAULT_VIEW, type Side } from '@/state/view'
import { Crossing } from './Crossing'
import './map.css'
import { MapView } from './MapView'

type Maps = Record<Side, PointMapHandle | null>

/** The middle of the screen: a map, or two that show the same tracks. */
export function MapStage() {
  const explorer = useExplorer()
  const { second } = explorer
  const [maps, setMaps] = useState<Maps>({ first: null, second: null })
  const firstReady = useCallback((map: PointMapHandle | null) => setMaps((known) => ({ ...known, first: map })), [])
  const secondReady = useCallback((map: PointMapHandle | null) => setMaps((known) => ({ ...known, second: map })), [])
  return (
    <div className={second ? 'map-stage map-stage--two' : 'map-stage'}>
      <MapPane layer={explorer} onReady={firstReady} />
      {second && <MapPane layer={second} onReady={secondReady} />}
      {second && maps.first && maps.second && <Crossing first={explorer} firstMap={maps.first} second={second} secondMap={maps.second} />}
    </div>
  )
}

interface MapPaneProps {
  /** The map to show. */
  layer: MapLayer
  /** The map, once it is there; null when it goes. */
  onReady: (map: PointMapHandle | null) => void
}

/** One map, or why there is none. */
function MapPane({ layer, onReady }: MapPaneProps) {
  const { models, tracks } = useExplorer()
  const { points, query, progress } = layer
  const failed = [models, tracks, points].find((fetched) => fetched.error !== null && fetched.data === undefined)
  if (failed?.error) return <Faced>{errorFace(failed.error, failed.retry)}</Faced>
  if (models.data?.n_tracks === 0) return <Faced>{emptyLibraryFace()}</Faced>
  if (!points.data || !query) return <Faced>{loadingFace(progress)}</Faced>
  if (points.data.count === 0) return <Faced>{nothingExtractedFace(query)}</Faced>
  return (
    <section className="map-pane" aria-busy={points.waiting} data-side={layer.side}>
      <MapView layer={layer} points={points.data} onReady={onReady} />
      <MapNote layer={layer} />
    </section>
  )
}

const Faced = ({ children }: { children: React.ReactNode }) => <div className="map-pane map-pane--face">{children}</div>

/** How much is drawn, what the server says about it, and what a map of this kind does not say. */
function MapNote({ layer: { points, visible, progress, query, side } }: { layer: MapLayer }) {
  const { models, second } = useExplorer()
  const shown = useMemo(() => visible.reduce((sum, one) => sum + one, 0), [visible])
  if (!points.data) return null
  const all = visible.length
  const count = shown < all ? `${shown} of ${countOf(all, 'track')}` : countOf(all, 'track')
  const name = second && query && models.data ? <strong>{mapName(query, models.data)} </strong> : null
  return (
    <p className="map-note" data-covers-map data-testid={side === 'first' ? 'map-note' : 'second-map-note'}>
      {points.waiting && <span className="map-note__busy">{progress === null ? 'Loading the next map…' : drawing(progress)}</span>}
      {name}
      {[count, points.data.stale && 'an older map while the new one is drawn', points.data.note, side === 'first' && 'distances between far clusters mean little'].filter(Boolean).join(' · ')}
    </p>
  )
}

const drawing = (progress: number) => `Drawing the map… ${Math.round(100 * progress)} %`

/** Its points begin to move after a second: to move them takes time from what they wait for. */
function loadingFace(progress: number | null) {
  return (
    <div className="map-loading" role="status" data-testid="map-loading">
      <span className="map-loading__dots" aria-hidden="true">
        {Array.from({ length: 14 }, (_, i) => (
          <i key={i} style={{ animationDelay: `${1000 + ((i * 130) % 1700)}ms` }} />
        ))}
      </span>
      {progress === null ? 'Placing your music on the map…' : drawing(progress)}
    </div>
  )
}

const openJobs = () => changeView({ page: 'jobs' })

function emptyLibraryFace() {
  return (
    <Face icon={<FolderOpen size={22} />} title="Your library is empty" testId="map-empty" action={{ label: 'Read the music folder', onClick: openJobs }}>
      <p>
        Drop music onto this window, or put it into <code>audio/</code> and read the folder. Melodex listens to it and draws the map.
      </p>
      <p>Or start with the demo library:</p>
      <code className="code-block">flask --app backend.server make-demo-library audio</code>
    </Face>
  )
}

function nothingExtractedFace(query: ProjectionQuery) {
  return (
    <Face icon={<Workflow size={22} />} title="This model has not listened to your music yet" testId="map-empty" action={{ label: 'Let it listen', onClick: openJobs }}>
      <p>
        Nothing is extracted with {pairName(query)}. Choose another model on the left, let this one listen, or run:
      </p>
      <code className="code-block">flask --app backend.server preprocess-all --models {pairName(query)}</code>
    </Face>
  )
}

/** A wrong link names its choices and leads home; a server that does not answer can be asked again. */
function errorFace(error: Error, retry: () => void) {
  const wrongLink = error instanceof ApiError && error.status === 400
  const choices = error instanceof ApiError ? (error.choices ?? []) : []
  const action = wrongLink ? { label: 'Show the default map', onClick: () => changeView(DEFAULT_VIEW) } : { label: 'Try again', onClick: retry }
  return (
    <Face icon={wrongLink ? <Disc3 size={22} /> : <TriangleAlert size={22} />} title={wrongLink ? 'There is no such map' : 'The map could not be loaded'} alert action={action} testId="map-error">
      <p>{withCode(error.message)}</p>
      {choices.length > 0 && !error.message.includes(choices[0]) && <p>Possible: {choices.join(', ')}</p>}
    </Face>
  )
}

/** `commands` in backticks are set as code. */
const withCode = (text: string) => text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))
