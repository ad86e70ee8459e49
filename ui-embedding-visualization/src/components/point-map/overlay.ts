/** What lies over the points: lines, names, rings. */
import type { Box } from './boxes'
import type { View } from './camera'
import type { UnitBox } from './geometry'
import { LabelLayer } from './labelLayer'
import { LineLayer } from './lineLayer'
import { MarkLayer, type Place } from './markLayer'
import type { Screen } from './screen'
import { pointsInSight, TitleLayer } from './titleLayer'

export interface OverlayFrame {
  view: View
  /** What nothing covers. */
  area: Box
  toBox: UnitBox['toBox']
  screen: Screen
  /** uint8 [n] of LEVEL. */
  levels: Uint8Array
  /** null for an index that is not on the map. */
  placeOf: (index: number) => Place | null
  /** Diameter of a point in pixels. */
  size: number
  /** Names are hidden while the points move. */
  labelled: boolean
  pixelRatio: number
}

/** Pixels between a point and the name above it. */
const LIFT = 8

export class Overlay {
  readonly lines: LineLayer
  readonly labels: LabelLayer
  readonly titles: TitleLayer
  readonly marks: MarkLayer

  constructor(root: HTMLElement) {
    this.lines = new LineLayer(root)
    this.labels = new LabelLayer(root)
    this.titles = new TitleLayer(root)
    this.marks = new MarkLayer(root)
  }

  place(frame: OverlayFrame): void {
    this.lines.draw(frame)
    const { view, area, toBox, placeOf, screen, levels, size } = frame
    const named = pointsInSight({ screen, levels, width: view.width, height: view.height })
    // A small map is seen whole from far: its points have names there too.
    const near = named.length > 0 && named.length < levels.length
    const taken = this.labels.place({ view, toBox, area, lift: size / 2 + LIFT, shown: frame.labelled, near })
    this.titles.place(named, placeOf, area, taken, size)
    this.marks.place(placeOf, size)
  }
}
