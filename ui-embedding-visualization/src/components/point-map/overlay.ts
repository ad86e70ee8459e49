/** What lies over the points: lines, names, rings. */
import type { View } from './camera'
import type { UnitBox } from './geometry'
import { LabelLayer } from './labelLayer'
import { LineLayer } from './lineLayer'
import { MarkLayer, type Place } from './markLayer'

export interface OverlayFrame {
  view: View
  toBox: UnitBox['toBox']
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
  readonly marks: MarkLayer

  constructor(root: HTMLElement) {
    this.lines = new LineLayer(root)
    this.labels = new LabelLayer(root)
    this.marks = new MarkLayer(root)
  }

  place(frame: OverlayFrame): void {
    this.lines.draw(frame)
    this.labels.place(frame.view, frame.toBox, frame.size / 2 + LIFT, frame.labelled)
    this.marks.place(frame.placeOf, frame.size)
  }
}
