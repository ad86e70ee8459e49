import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useRegions, useTypicalMoment } from '@/api/queries'
import type { Track } from '@/api/types'
import { LEVEL } from '@/components/point-map/points'
import { PointMap, type Combine, type HoverPlace, type MapLabel, type MapLine, type PointMapHandle } from '@/components/point-map/PointMap'
import { groupLabels } from '@/domain/labels'
import { cssColour, MAP_COLOURS } from '@/domain/palette'
import { regionNames } from '@/domain/regions'
import { countOf, trackTitle } from '@/domain/track'
import { useExplorer, type MapLayer, type MapPoints } from '@/state/explorer'
import { useFocus } from '@/state/focus'
import { setHovered, useHover } from '@/state/hover'
import { useLinks } from '@/state/near'
import { tellDrawn } from '@/state/picture'
import { play, usePlayer } from '@/state/player'
import { startPreview, stopPreview } from '@/state/preview'
import { useMedia, useScheme } from '@/state/theme'
import { changeSelection, clearSelection, toggleSelected, useSelection } from '@/state/selection'
import { changeMap, changeView, getView, seenMap, useView, type Side } from '@/state/view'
import './map.css'
import { MapTools } from './MapTools'
import { MapTooltip } from './MapTooltip'
import { installTestingHook } from './testingHook'
import { useSegmentWalk } from './useSegmentWalk'

interface MapViewProps {
  /** Which map, of two. */
  layer: MapLayer
  /** What is drawn: at least one point. */
  points: MapPoints
  /** The map, once it is there; null when it goes. */
  onReady: (map: PointMapHandle | null) => void
}

/** What the pointer is over. Another map forgets it. */
interface Hover {
  track: Track
  place: HoverPlace
  points: MapPoints
}

/** A map, wired to the library: colours, labels, what is selected, what sounds. */
export function MapView({ layer, points, onReady }: MapViewProps) {
  const explorer = useExplorer()
  const view = useView()
  const scheme = useScheme()
  const { side, indexOf } = layer
  const playing = usePlayer((state) => (state.status === 'playing' || state.status === 'loading' ? state.track : null))
  const elsewhere = useHover((state) => (state.side === side ? null : state.track))
  const [map, setMap] = useState<PointMapHandle | null>(null)
  const [hover, setHover] = useState<Hover | null>(null)
  const findTypical = useTypicalMoment(layer.query)
  const pick = useCallback((index: number) => choose(points.keys()[index]), [points])
  const lines = useLines(layer)
  const still = useMedia('(prefers-reduced-motion: reduce)')
  useFlights(map, points)
  useSegmentWalk(map, points, layer, still)
  useEffect(() => onReady(map), [map, onReady])
  useEffect(() => installTestingHook({ map, points, lines }, layer, explorer), [map, points, layer, explorer, lines])

  return (
    <>
      <PointMap
        data={points}
        style={useStyle(layer)}
        look={MAP_COLOURS[scheme]}
        labels={useLabels(layer, points)}
        titleOf={useCallback((index: number) => trackTitle(points.tracks()[index]), [points])}
        lines={lines}
        selected={indexOf(view.track)}
        playing={indexOf(playing)}
        echo={indexOf(elsewhere)}
        camera={seenMap(view, side)?.camera ?? null}
        still={still}
        label={`${SIDE_NAMES[side]} of ${countOf(points.count, 'track')}. Arrow keys go from track to track and play them.`}
        testId={side === 'first' ? 'map' : 'second-map'}
        onHover={(index, place) => {
          const track = place && points.tracks()[index]
          setHover(track && { track, place, points })
          setHovered(track?.filename ?? null, side)
          if (track) startPreview(track.filename, findTypical)
          else stopPreview()
        }}
        onPick={pick}
        onToggle={(index) => toggleSelected(points.tracks()[index].id)}
        onRegion={(indices, how) => selectRegion(indices.map((i) => points.tracks()[i]), how)}
        onUndrawable={() => changeView({ page: 'library' }, 'amend')}
        onNothing={() => (layer.chosen ? clearSelection() : map?.fit())}
        tool={useSelection((state) => state.tool)}
        onDrawn={tellDrawn}
        onCamera={(camera) => changeMap(side, { camera }, 'amend')}
        onReady={setMap}
      />
      <MapTools map={map} deep={points.dimensions === 3} side={side} />
      {hover?.points === points && <MapTooltip track={hover.track} place={hover.place} />}
    </>
  )
}

const SIDE_NAMES: Record<Side, string> = { first: 'Map', second: 'Second map' }

function choose(track: string): void {
  stopPreview()
  changeView({ track, panel: 'track' })
  play(track)
}

/** A point that has left the index cannot be selected. */
function selectRegion(tracks: Track[], how: Combine | null): void {
  const ids = tracks.map((track) => track.id).filter((id) => id >= 0)
  changeSelection(ids, how ?? useSelection.getState().combination)
  if (getView().selection.length > 0) changeView({ panel: 'selection' }, 'amend')
}

/** Filtered out: greyed. While tracks are selected, the others step back. */
function useStyle({ colouring, visible, chosen }: MapLayer) {
  return useMemo(() => {
    const levels = visible.map((shown, i) => (shown === 0 ? LEVEL.greyed : chosen?.[i] === 0 ? LEVEL.dimmed : LEVEL.full))
    return { colours: colouring.colours, levels }
  }, [colouring, visible, chosen])
}

/** Names of coloured groups, and of regions that these leave nameless. */
function useLabels({ colouring, hidden, query }: MapLayer, points: MapPoints): MapLabel[] {
  const { awaitsPicture } = useExplorer()
  const regions = useRegions(awaitsPicture ? null : query).data
  return useMemo(() => {
    if (awaitsPicture) return []
    const groups = groupLabels(colouring, points.coordinates, hidden).map(({ entry, position }) => ({
      text: colouring.legend[entry].label,
      colour: cssColour(colouring.legend[entry].colour),
      position,
    }))
    const names = regionNames(regions ?? [], groups.map(({ text }) => text))
    return [...groups, ...names.map((name) => ({ ...name, colour: 'var(--mute)', far: true }))]
  }, [awaitsPicture, colouring, points, hidden, regions])
}

/** Between tracks that the map has. */
function useLines({ indexOf, query }: MapLayer): MapLine[] {
  const links = useLinks(query)
  return useMemo(
    () => links.map(({ from, to, ...look }) => ({ from: indexOf(from), to: indexOf(to), ...look })).filter(({ from, to }) => from >= 0 && to >= 0),
    [links, indexOf],
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
    const index = wish ? latest.current.keys().indexOf(wish.track) : -1
    if (index < 0 || !map) return
    map.flyTo(index)
    useFocus.setState({ wish: null }) // a map that is opened later must not fly again
  }, [map, wish])
}
