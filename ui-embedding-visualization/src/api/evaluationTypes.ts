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

/** Left minus right on the same tracks. interval_95: of this difference alone. clear: these tracks tell the two apart, also
 * when all differences of the table are counted; absent in evaluations of earlier versions. */
export interface Difference {
  metric: string
  left: string
  right: string
  mean: number | null
  interval_95: [number, number] | null
  n: number
  clear?: boolean
}

export interface Agreement {
  models: string[]
  /** Matrices, 1 on the diagonal; null where a space has no shape. */
  cka: (number | null)[][]
  jaccard: (number | null)[][]
  rbo: (number | null)[][]
  /** How models join, nearest first, by 1 - CKA: [one, other, how far apart, how many models]; numbers from
   * models.length on are earlier joins. */
  linkage: [number, number, number, number][]
  /** The tracks that models disagree about most: 0 to 1. */
  tracks: { filename: string; disagreement: number }[]
}

export interface Evaluation extends EvaluationSummary {
  classes: string[]
  artist_filtered: boolean
  /** The highest kNN accuracy that labels with a single track leave; absent in evaluations of earlier versions. */
  knn_ceiling?: number
  metrics: Metric[]
  rows: EvaluatedRow[]
  /** Of every two rows, once, in every metric that both have. */
  differences: Difference[]
  /** Absent for a single model. */
  agreement?: Agreement
}
