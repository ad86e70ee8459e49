/** What the server answers of evolutions and of pairs of tracks. */

/** A mean with its 95 % interval; nulls where there was nothing to measure. */
export interface Measured {
  mean: number | null
  interval_95: [number, number] | null
  n: number
}

/** An artist from year to year. Distances are those of unit vectors, 0 to 2. */
export interface EvolutionGroup {
  name: string
  n_tracks: number
  notes: string[]
  spread: number
  /** From the first year's centroid to the last one's; this, `drift` and `test` are null for a single year. */
  net: number | null
  drift: Measured | null
  /** Shares of the variance between years, as they are and shuffled. */
  test: { observed: number; chance: number; p_value: number } | null
  years: { year: number; n_tracks: number; spread: number | null; tracks: string[] }[]
  steps: { start: number; end: number; distance: number; per_year: Measured }[]
  moves: { filename: string; title: string; year: number; distance: number }[]
}

export interface Evolution {
  model: string
  typical_distance: number
  groups: EvolutionGroup[]
}

export const VERDICTS = ['duplicate', 'version', 'different'] as const
export type Verdict = (typeof VERDICTS)[number]

/** One of the two tracks of a pair. `file_size` is in bytes. */
export interface PairedTrack {
  track_id: number
  filename: string
  title: string | null
  artist: string | null
  album: string | null
  year: number | null
  duration: number | null
  file_size: number | null
}

/** Two tracks that may be one recording. */
export interface TrackPair {
  id: number
  /** The sound itself agrees, or only what stands for it. */
  kind: 'same' | 'version'
  /** What a person said; null before. */
  verdict: Verdict | null
  /** Their distance as a share of that of two random tracks; null where only names agree. */
  closeness: number | null
  /** Of the fingerprints, 0 to 0.5. */
  bit_error_rate: number | null
  /** Seconds into the first track at which the second begins. */
  offset_seconds: number | null
  tracks: [PairedTrack, PairedTrack]
}
