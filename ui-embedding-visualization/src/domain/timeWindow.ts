/** Which part of a track the player shows: all of a short one, of a long one as much as can be read. */

/** Seconds; more would squeeze the segments of a tagger into stripes. */
export const SECONDS_IN_SIGHT = 60

export interface TimeWindow {
  /** Seconds, both. */
  start: number
  end: number
}

export const isScrolled = (duration: number): boolean => duration > SECONDS_IN_SIGHT

/** The present in the middle, but never anything before the beginning or after the end. Without motion it is turned, as a page is. */
export function timeWindow(time: number, duration: number, inPages = false): TimeWindow {
  const length = Math.min(duration, SECONDS_IN_SIGHT)
  const wanted = inPages ? Math.floor(time / SECONDS_IN_SIGHT) * SECONDS_IN_SIGHT : time - length / 2
  const start = Math.min(Math.max(0, wanted), duration - length)
  return { start, end: start + length }
}
