/** Evaluations as the server tells them. */

/** A run of `evaluate`, without its figures. */
export interface EvaluationSummary {
  id: string
  /** In UTC, `2026-11-24 18:00:00`. */
  created_at: string
  /** What tracks were judged by: genre, artist, album or a column of a table. */
  labels: string
  k: number
  seed: number
  n_tracks: number
  /** Tracks without a label, or that not every model has heard. */
  n_left_out: number
  data_sha256: string
}

export interface Metric {
  key: string
  title: string
  better: 'high' | 'low' | 'neither'
  of: 'space' | 'map'
  help: string
}

/** A metric of one model or map; null where there was nothing to measure. */
export interface Score {
  mean: number | null
  interval_95: [number, number] | null
  chance: number | null
  n: number
}

/** A model, or with a method a map of it. */
export interface EvaluatedRow {
  name: string
  model: string
  method: string | null
  metrics: Record<string, Score | undefined>
  /** Shares of each class's tracks (rows) that neighbours vote into each class. */
  confusion: number[][] | null
}

export interface Agreement {
  models: string[]
  /** Matrices, 1 on the diagonal; null where a space has no shape. */
  cka: (number | null)[][]
  jaccard: (number | null)[][]
  rbo: (number | null)[][]
  /** The tracks that models disagree about most: 0 to 1. */
  tracks: { filename: string; disagreement: number }[]
}

export interface Evaluation extends EvaluationSummary {
  classes: string[]
  artist_filtered: boolean
  metrics: Metric[]
  rows: EvaluatedRow[]
  /** Absent for a single model. */
  agreement?: Agreement
}
