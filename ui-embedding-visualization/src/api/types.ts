/** What the server answers. Field names are the server's own, so that a reader can match them with the README. */

import type { Outdated, Pipeline, WeightsInfo } from './modelTypes'

export type Space = 'embedding' | 'taggram'
export type Dimensions = 2 | 3

/** One (model, variant) pair of the registry. */
export interface ModelInfo {
  model: string
  variant: string
  label: string
  variant_label: string
  /** Which published training of it is in use; null where there is one only. */
  release: string | null
  /** All of them, the default first. */
  releases: string[]
  sample_rate: number
  segment_seconds: number
  embedding_dim: number
  taggram_dim: number
  taggram_kind: 'tags' | 'activations' | 'features'
  /** What the taggram is, in words. */
  taggram_label: string
  tag_names: string[]
  licence: string | null
  paper: string | null
  weights: WeightsInfo | null
  /** `model/variant` of those whose weights it listens through. */
  requires: string[]
  runnable: boolean
  n_extracted: number
  n_failed: number
  /** That tracks have vectors of, the one in use first. */
  pipelines: Pipeline[]
  /** Tracks whose vectors it would not compute now, by what has changed. */
  outdated: Outdated[]
}

export interface ProjectionInfo {
  name: string
  label: string
}

export interface ModelsAnswer {
  models: ModelInfo[]
  projections: ProjectionInfo[]
  dimensions: number[]
  default: { model: string; variant: string }
  n_tracks: number
}

/** One indexed file. `duration` is in seconds, `tempo` in BPM, `spectral_centroid` in Hz. */
export interface Track {
  id: number
  filename: string
  title: string | null
  artist: string | null
  album: string | null
  year: number | null
  genre: string
  genres: string[]
  track_number: number | null
  duration: number | null
  tempo: number | null
  spectral_centroid: number | null
  has_cover: boolean
  status: 'ok' | 'error'
  error: string | null
  /** What the MFCC CNN takes it for, and how sure it is (0 to 1); null before it has listened. */
  predicted_genre: string | null
  confidence: number | null
}

/** Which map to draw. */
export interface ProjectionQuery {
  model: string
  variant: string
  space: Space
  method: string
  dimensions: Dimensions
}

/** A map as the app uses it: point `i` is `names()[i]`, at `coordinates[3i … 3i+2]` (z is 0 on a 2-D map). */
export interface Projection {
  count: number
  /** Read at the first call: a picture needs none of a hundred thousand. */
  names: () => readonly string[]
  /** The tags there are, and which of them each point has. */
  tags: string[]
  tagOf: Int32Array
  coordinates: Float32Array
  dimensions: Dimensions
  note: string | null
  /** An older map, while one of the library as it stands is drawn. */
  stale: boolean
}

/** The vectors that are compared: of one model, whatever the projection. */
export interface ModelSpace {
  model: string
  variant: string
  space: Space
}

/** What two or more tracks have in common; null where they differ. */
export interface Shared {
  tags: string[]
  genre: string | null
  artist: string | null
  album: string | null
  year: number | null
}

/** A track that was found near something. `distance` is in the model's space, not on the map. */
export interface Hit {
  name: string
  tag: string
  distance: number
  /** Seconds: which segment of it was found; null for whole tracks. */
  segment: number | null
  /** Among the ten nearest of how many tracks it is, and whether that is far more than its due. */
  occurrence: number | null
  hub: boolean | null
  shared: Shared | null
}

/** A track, or the segment of it that sounds at a moment, in seconds. */
export interface Moment {
  track: string
  seconds: number | null
}

/** What a model heard, segment by segment: `activations[s][t]` of `tags[t]`. No tags: the model has none. */
export interface Segments {
  starts: number[]
  seconds: number
  /** When the segment starts that is most like the whole track; null before extraction. */
  typical: number | null
  tags: string[]
  activations: number[][]
  /** Of each tag over the whole track. */
  means: number[]
}

/** What one model has made of the library: ids of tracks it heard, and why it could not hear the others. */
export interface Extraction {
  model: string
  variant: string
  heard: number[]
  failed: Record<string, string>
}

/** A number a track; tracks without one are left out. */
export interface TrackNumbers {
  track_ids: number[]
  values: number[]
  /** Where only a sample of the tracks was measured: how many. */
  sampled?: number | null
}

/** Which cluster of a map each track lies in; `labels[value]` is its name. */
export interface Clusters extends TrackNumbers {
  labels: string[]
}

/** How strongly one tag is heard in each track. */
export interface Activations extends TrackNumbers {
  tag: string
}

export type MapMeasure = 'kept' | 'trustworthiness' | 'continuity'

/** What a map keeps of the neighbours of each track: 1 without fault. */
export interface MapQuality extends Record<MapMeasure, (number | null)[]> {
  k: number
  /** Of a huge map, as many tracks are ranked, the others' values are null; null: all are. */
  sampled: number | null
  means: Record<MapMeasure, number | null>
  track_ids: number[]
}

/** A part of a map, by what is heard there more than elsewhere. */
export interface Region {
  name: string
  coords: number[]
  n_tracks: number
}

/** A track that a map shows near another; `near`: it is near in the model's space too. */
export interface ShownNear {
  name: string
  near: boolean
}

/** The outline of a sound: smallest and largest sample of equal pieces, -1 … 1. `duration` is in seconds. */
export interface Waveform {
  min: number[]
  max: number[]
  duration: number
}

/** A playlist as the list of playlists shows it. `duration` is in seconds. */
export interface PlaylistSummary {
  id: number
  name: string
  n_tracks: number
  duration: number
  created_at: string
  updated_at: string
}

/** A place in a playlist. `gone`: the file is not there now. `duplicate_of`: an earlier file of the same recording. */
export interface PlaylistTrack {
  track_id: number
  filename: string
  title: string | null
  artist: string | null
  album: string | null
  duration: number | null
  has_cover: boolean
  gone: boolean
  duplicate_of?: string | null
}

export interface Playlist extends PlaylistSummary {
  tracks: PlaylistTrack[]
}

/** What to change of a playlist; what is left out stays. */
export interface PlaylistChange {
  name?: string
  track_ids?: number[]
}

export const EXPORT_FORMATS = ['m3u8', 'csv', 'json'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** A stored file: `id` is that of its track. */
export interface Uploaded {
  id: number
  filename: string
}

/** How far the models are with an uploaded track: `waiting`, `heard`, or why not, by `model/variant`. */
export interface UploadStatus extends Uploaded {
  status: 'waiting' | 'ready' | 'incomplete'
  models: Record<string, string>
}
