/** What the server answers of trainings. Field names are the server's own. */

export type TrainingMusic = 'library' | 'jamendo'

/** Music that a head can be trained on. */
export interface Training {
  name: TrainingMusic
  label: string
  n_tracks: number
  n_genres: number
  n_artists: number
  /** Why it cannot begin now. */
  problem: string | null
  /** The model whose weights are in the way. */
  missing: string | null
}

export interface Accuracy {
  mean: number | null
  interval_95: [number, number] | null
  /** Test tracks. */
  n: number
}

/** A run that came to its end. */
export interface TrainedRun {
  name: string
  /** UTC, `2026-11-24 17:36:35.351018`. */
  ended_at: string
  source: string | null
  /** Size of Whisper. */
  whisper: string | null
  n_tracks: number | null
  n_genres: number | null
  /** The one that was judged. */
  best_epoch: number
  /** kNN accuracy of the trained head. */
  head: Accuracy | null
  /** The same of Whisper as it is. */
  raw: Accuracy | null
  chance: number | null
  /** Commands that put it in the place of the head in use; none where no model of the app can have it. */
  use: string[]
  /** The server hears through it. */
  used: boolean
}

export interface Trainings {
  /** The model that a head listens through. */
  whisper: string
  /** What a job does where nobody says otherwise. */
  epochs: number
  balanced: boolean
  trainings: Training[]
  /** The newest first. */
  runs: TrainedRun[]
}
