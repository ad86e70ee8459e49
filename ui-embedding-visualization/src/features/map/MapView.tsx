import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Track } from '@/api/types'
import { PointMap, type HoverPlace, type PointMapHandle } from '@/components/point-map/PointMap'
import { groupLabels } from '@/domain/labels'
import { cssColour, MAP_COLOURS } from '@/domain/palette'
import { countOf } from '@/domain/track'
import { useExplorer, type Explorer, type MapPoints } from '@/state/explorer'
import { useFocus } from '@/state/focus'
import { play, usePlayer } from '@/state/player'
import { useMedia, useScheme } from '@/state/theme'
import { changeView, useView } from '@/state/view'
import './map.css'
import { MapTools } from './MapTools'
import { MapTooltip } from './MapTooltip'
import { installTestingHook } from './testingHook'

interface MapViewProps {
  /** What is drawn: at least one point. */
  points: MapPoints
}

/** What the pointer is over. Another map forgets it. */
interface Hover {
  track: Track
  place: HoverPlace
  points: MapPoints
}

/** The map, wired to the library: colours, labels, what is selected, what sounds. */
export function MapView({ points }: MapViewProps) {
  const explorer = useExplorer()
  const view = useView()
  const scheme = useScheme()
  const playing = usePlayer((state) => (state.status === 'playing' || state.status === 'loading' ? state.track : null))
  const [map, setMap] = useState<PointMapHandle | null>(null)
  const [hover, setHover] = useState<Hover | null>(null)
  const pick = useCallback((index: number) => choose(points.keys[index]), [points])
  useFlights(map, points)
  useEffect(() => installTestingHook(map, points, explorer.visible), [map, points, explorer.visible])

  return (
    <>
      <PointMap
        data={points}
        style={useStyle(explorer)}
        look={MAP_COLOURS[scheme]}
        labels={useLabels(explorer, points)}
        selected={explorer.indexOf(view.track)}
        playing={explorer.indexOf(playing)}
        camera={view.camera}
        still={useMedia('(prefers-reduced-motion: reduce)')}
        label={`Map of ${countOf(points.keys.length, 'track')}. Arrow keys go from track to track and play them.`}
        onHover={(index, place) => setHover(place && { track: points.tracks[index], place, points })}
        onPick={pick}
        onCamera={(camera) => changeView({ camera }, 'amend')}
        onReady={setMap}
      />
      <MapTools map={map} deep={points.dimensions === 3} />
      {hover?.points === points && <MapTooltip track={hover.track} place={hover.place} />}
    </>
  )
}

function choose(track: string): void {
  changeView({ track })
  play(track)
}

function useStyle({ colouring, visible }: Explorer) {
  return useMemo(() => ({ colours: colouring.colours, visible }), [colouring, visible])
}

function useLabels({ colouring, hidden }: Explorer, points: MapPoints) {
  return useMemo(
    () =>
      groupLabels(colouring, points.coordinates, hidden).map(({ entry, position }) => ({
        text: colouring.legend[entry].label,
        colour: cssColour(colouring.legend[entry].colour),
        position,
      })),
    [colouring, points, hidden],
  )
}

/** Wishes of the search and the track panel. */
function useFlights(map: PointMapHandle | null, points: MapPoints) {
  const wish = useFocus((state) => state.wish)
  const latest = useRef(points)
  useEffect(() => {
    latest.current = points
  }, [points])
  useEffect(() => {
    const index = wish ? latest.current.keys.indexOf(wish.track) : -1
    if (index >= 0) map?.flyTo(index)
  }, [map, wish])
}
