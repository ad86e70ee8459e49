/** What GET /models says of a model's weights, and of what computed its vectors. Field names are the server's own. */

export interface WeightsInfo {
  path: string
  files: { url: string; sha256: string | null; n_bytes: number | null }[]
  n_bytes: number | null
  present: boolean
}

/** What computed vectors: see docs/pipelines.md. null: not known. */
export interface Pipeline {
  /** As in the registry; `original`: the original program; empty for a model without published weights. */
  release: string
  /** sha256 */
  weights_digest: string | null
  front_end_version: number | null
  pooling_version: number | null
  /** Hz */
  sample_rate: number | null
  segment_samples: number | null
  hop_samples: number | null
  /** PCA and quantization of VGGish. */
  postprocess: boolean | null
  /** Versions by name. */
  libraries: Record<string, string>
  runtime: string | null
  precision: string | null
  /** Playable tracks with its vectors. */
  n_tracks: number
  /** Maps and searches use these vectors and leave out the others. */
  in_use: boolean
}

/** Playable tracks with vectors that the model would not compute now. */
export interface Outdated {
  /** What is different: `other weights (won2020)`. */
  change: string
  n_tracks: number
}
