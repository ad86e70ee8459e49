import { Disc3, FolderOpen, TriangleAlert, Workflow } from 'lucide-react'
import { ApiError } from '@/api/client'
import type { ProjectionQuery } from '@/api/types'
import { Face } from '@/components/Face'
import { pairName } from '@/domain/models'
import { countOf } from '@/domain/track'
import { useExplorer, type Fetched, type MapPoints } from '@/state/explorer'
import { changeView, DEFAULT_VIEW } from '@/state/view'
import './map.css'
import { MapView } from './MapView'

/** The middle of the screen: the map, or why there is none. */
export function MapStage() {
  const { models, tracks, points, query, progress } = useExplorer()
  const failed = [models, tracks, points].find((fetched) => fetched.error !== null && fetched.data === undefined)
  if (failed?.error) return <Stage>{errorFace(failed.error, failed.retry)}</Stage>
  if (models.data?.n_tracks === 0) return <Stage>{emptyLibraryFace()}</Stage>
  if (!points.data || !query) return <Stage>{loadingFace(progress)}</Stage>
  if (points.data.keys.length === 0) return <Stage>{nothingExtractedFace(query)}</Stage>
  return (
    <div className="map-stage" aria-busy={points.waiting}>
      <MapView points={points.data} />
      <MapNote points={points} />
    </div>
  )
}

const Stage = ({ children }: { children: React.ReactNode }) => <div className="map-stage map-stage--face">{children}</div>

/** How much is drawn, what the server says about it, and what a map of this kind does not say. */
function MapNote({ points }: { points: Fetched<MapPoints> }) {
  const { visible, progress } = useExplorer()
  if (!points.data) return null
  const [all, shown] = [visible.length, visible.reduce((sum, one) => sum + one, 0)]
  const count = shown < all ? `${shown} of ${countOf(all, 'track')}` : countOf(all, 'track')
  return (
    <p className="map-note" data-testid="map-note">
      {points.waiting && <span className="map-note__busy">{progress === null ? 'Loading the next map…' : drawing(progress)}</span>}
      {[count, points.data.stale && 'an older map while the new one is drawn', points.data.note, 'distances between far clusters mean little'].filter(Boolean).join(' · ')}
    </p>
  )
}

const drawing = (progress: number) => `Drawing the map… ${Math.round(100 * progress)} %`

function loadingFace(progress: number | null) {
  return (
    <div className="map-loading" role="status" data-testid="map-loading">
      <span className="map-loading__dots" aria-hidden="true">
        {Array.from({ length: 14 }, (_, i) => (
          <i key={i} style={{ animationDelay: `${(i * 130) % 1700}ms` }} />
        ))}
      </span>
      {progress === null ? 'Placing your music on the map…' : drawing(progress)}
    </div>
  )
}

function emptyLibraryFace() {
  return (
    <Face icon={<FolderOpen size={22} />} title="Your library is empty" testId="map-empty">
      <p>
        Put music into <code>audio/</code> and run <code>make run</code>. Melodex listens to it and draws the map.
      </p>
      <p>Or start with the demo library:</p>
      <code className="code-block">flask --app backend.server make-demo-library audio</code>
    </Face>
  )
}

function nothingExtractedFace(query: ProjectionQuery) {
  return (
    <Face icon={<Workflow size={22} />} title="This model has not listened to your music yet" testId="map-empty">
      <p>
        Nothing is extracted with {pairName(query)}. Choose another model on the left, or run:
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
