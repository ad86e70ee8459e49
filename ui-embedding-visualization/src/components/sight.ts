/** The part of a time axis that is in sight, as shares of the whole. */
export interface Sight {
  from: number
  to: number
}

/** A sight that may move many times a second, which is why it is no prop by value. */
export interface MovingSight {
  now: () => Sight
  /** Calls back when it has moved; returns how to stop it. */
  follow: (listener: () => void) => () => void
}

const WHOLE: Sight = { from: 0, to: 1 }

/** All of it, always. */
export const ALL_IN_SIGHT: MovingSight = { now: () => WHOLE, follow: () => () => undefined }

/** Where a share of the whole lies, in a width that shows what is in sight. */
export const placeIn = ({ from, to }: Sight, share: number, width: number): number => ((share - from) / (to - from)) * width
