/** What the map can be coloured by: facts of a track, and how strongly a model hears a tag in it. */
import type { Clusters, ModelInfo, Track, TrackNumbers } from '@/api/types'
import { explainOverlay, isOverlay, needsTwoMaps, OVERLAYS } from './overlays'
import { formatDuration, genreLabel, UNKNOWN } from './track'

/** A field whose values are numbers, on a scale and in bins that the legend lists. */
export interface NumberField {
  of: (track: Track) => number | null
  /** The legend's key of a value, and the value in the middle of a key's bin. */
  bin: (value: number) => string
  middle: (key: string) => number
  format: (value: number) => string
  /** When it is not the library's own smallest and largest. */
  range?: [number, number]
}

export interface Field {
  /** What the URL and the filter use. */
  key: string
  categoryOf: (track: Track) => string
  labelOf: (category: string) => string
  /** null: categories. */
  number: NumberField | null
  /** What the colours mean where the name does not say it. */
  explanation?: string
}

/** Bins by their edges; the last one is open. unit: stands behind every name. */
function edgeBins(edges: readonly number[], format: (value: number) => string, unit = ''): Pick<NumberField, 'bin' | 'middle'> {
  const names = edges.map((edge, i) => `${format(edge)}${i + 1 < edges.length ? `–${format(edges[i + 1])}` : ' and more'}${unit}`)
  const middles = edges.map((edge, i) => (i + 1 < edges.length ? (edge + edges[i + 1]) / 2 : edge * 1.2))
  return {
    bin: (value) => names[Math.max(0, edges.findLastIndex((edge) => value >= edge))],
    middle: (key) => middles[names.indexOf(key)] ?? NaN,
  }
}

const percent = (share: number) => `${Math.round(share * 100)} %`
const CONFIDENCE_BINS = ['0–20 %', '20–40 %', '40–60 %', '60–80 %', '80–100 %']
const DURATION_EDGES = [0, 60, 120, 180, 240, 300, 420, 600]
const TEMPO_EDGES = [0, 70, 90, 110, 130, 150, 170]
const BPM = ' BPM'

const NUMBERS = {
  year: {
    of: (track) => track.year,
    bin: (year) => `${Math.floor(year / 10) * 10}s`,
    middle: (key) => parseInt(key, 10) + 5,
    format: String,
  },
  duration: { of: (track) => track.duration, format: formatDuration, ...edgeBins(DURATION_EDGES, formatDuration) },
  tempo: { of: (track) => track.tempo, format: (tempo) => `${Math.round(tempo)}${BPM}`, ...edgeBins(TEMPO_EDGES, String, BPM) },
  confidence: {
    of: (track) => track.confidence,
    bin: (share) => CONFIDENCE_BINS[Math.min(Math.floor(share * 5), 4)],
    middle: (key) => (parseInt(key, 10) + 10) / 100,
    range: [0, 1],
    format: percent,
  },
} satisfies Record<string, NumberField>

const same = (category: string) => category

function numbered(key: string, number: NumberField): Field {
  const categoryOf = (track: Track) => {
    const value = number.of(track)
    return value === null ? UNKNOWN : number.bin(value)
  }
  return { key, number, categoryOf, labelOf: same }
}

const named = (key: string, of: (track: Track) => string | null, labelOf = same): Field => ({ key, number: null, labelOf, categoryOf: (track) => of(track) ?? UNKNOWN })

const PREDICTED_FIELD = 'predicted_genre'
const PREDICTED_EXPLAINED = 'Strongest genre tag of MusiCNN (Million Song Dataset); of tracks it has not analyzed, the class of the MFCC CNN.'

const TRACK_FIELDS: readonly { field: Field; label: string }[] = [
  { field: named('genre', (track) => track.genre, genreLabel), label: 'Genre' },
  { field: named('artist', (track) => track.artist), label: 'Artist' },
  { field: named('album', (track) => track.album), label: 'Album' },
  { field: numbered('year', NUMBERS.year), label: 'Year' },
  { field: numbered('duration', NUMBERS.duration), label: 'Length' },
  { field: numbered('tempo', NUMBERS.tempo), label: 'Tempo' },
  { field: { ...named(PREDICTED_FIELD, (track) => track.predicted_genre, genreLabel), explanation: PREDICTED_EXPLAINED }, label: 'Predicted genre' },
  { field: numbered('confidence', NUMBERS.confidence), label: 'Confidence' },
]

/** Of the map, by its own shape; the server finds them. */
export const CLUSTER_FIELD = 'cluster'
const CLUSTERS_EXPLAINED = 'Parts of this map by k-means, called by what is heard there most above its due. Another map has others.'

const GENRE_FIELD = TRACK_FIELDS[0].field.key

/** What a map is coloured by until a person chooses: by predicted genre where fewer than half of the tracks have a genre tag. */
export function defaultField(library: readonly Track[]): string {
  const tagged = library.filter((track) => track.genre !== UNKNOWN).length
  const isPredicted = 2 * tagged < library.length && library.some((track) => track.predicted_genre !== null)
  return isPredicted ? PREDICTED_FIELD : GENRE_FIELD
}

/** One tag of one model, as a field: `tag:musicnn/mtat:guitar`. */
export interface TagField {
  model: string
  variant: string
  tag: string
}

const formatTagField = ({ model, variant, tag }: TagField): string => `tag:${model}/${variant}:${tag}`

/** null where the key is no tag's. */
export function parseTagField(key: string): TagField | null {
  const match = /^tag:([^/:]+)\/([^:]+):(.+)$/.exec(key)
  return match && { model: match[1], variant: match[2], tag: match[3] }
}

export interface FieldChoice {
  value: string
  label: string
  /** Under which heading it is listed; null: at the top. */
  group: string | null
}

/** The facts of a track, how far to trust the map, then the tags of every model that has heard something. */
export function fieldChoices(models: readonly ModelInfo[], twoMaps = false): FieldChoice[] {
  const facts = [...TRACK_FIELDS.map(({ field, label }) => ({ value: field.key, label, group: null })), { value: CLUSTER_FIELD, label: 'Cluster', group: null }]
  const doubts = Object.entries(OVERLAYS)
    .filter(([value]) => twoMaps || !needsTwoMaps(value))
    .map(([value, { label }]) => ({ value, label, group: 'How far to trust it' }))
  const tags = models
    .filter((info) => info.n_extracted > 0)
    .flatMap((info) =>
      info.tag_names.map((tag) => ({ value: formatTagField({ model: info.model, variant: info.variant, tag }), label: tag, group: `${info.label}, ${info.variant_label}` })),
    )
  return [...facts, ...doubts, ...tags]
}

const N_TAG_BINS = 5

/** Enough digits to tell the ends of a scale apart. */
function formatWithin(low: number, high: number): (value: number) => string {
  const span = high - low
  const digits = span >= 50 ? 0 : span >= 5 ? 1 : span >= 0.2 ? 2 : 3
  return (value) => value.toFixed(digits)
}

const valuesById = (numbers: TrackNumbers | undefined) => new Map(numbers?.track_ids.map((id, i) => [id, numbers.values[i]]))

function tagNumber(activations: TrackNumbers | undefined): NumberField {
  const values = valuesById(activations)
  const [low, high] = activations?.values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]) ?? [0, 1]
  const step = (high - low) / N_TAG_BINS || 1
  const format = formatWithin(low, high)
  const edges = Array.from({ length: N_TAG_BINS }, (_, i) => low + i * step)
  const names = edges.map((edge) => `${format(edge)} – ${format(edge + step)}`)
  return {
    of: (track) => values.get(track.id) ?? null,
    bin: (value) => names[Math.min(N_TAG_BINS - 1, Math.max(0, Math.floor((value - low) / step)))],
    middle: (key) => edges[names.indexOf(key)] + step / 2,
    format,
  }
}

const N_OVERLAY_BINS = 5

/** Shares of a whole, on a scale that is the same for every map. */
function overlayNumber([low, high]: readonly [number, number], numbers: TrackNumbers | undefined): NumberField {
  const values = valuesById(numbers)
  const step = (high - low) / N_OVERLAY_BINS
  const edges = Array.from({ length: N_OVERLAY_BINS }, (_, i) => (i === 0 ? 0 : low + i * step))
  const names = edges.map((edge, i) => `${Math.round(100 * edge)}–${percent(low + (i + 1) * step)}`)
  return {
    of: (track) => values.get(track.id) ?? null,
    // A share that lies on an edge belongs above it, whatever the last digit of the edge.
    bin: (share) => names[Math.min(N_OVERLAY_BINS - 1, Math.max(0, Math.floor((share - low) / step + 1e-9)))],
    middle: (key) => low + (names.indexOf(key) + 0.5) * step,
    range: [low, high],
    format: percent,
  }
}

function clusterField(clusters: Clusters | undefined): Field {
  const values = valuesById(clusters)
  const field = named(CLUSTER_FIELD, (track) => clusters?.labels[values.get(track.id) ?? -1] ?? null)
  return { ...field, explanation: CLUSTERS_EXPLAINED }
}

/** numbers: those the server has measured for the key; absent while they are on their way. An unknown key is the default field. */
export function resolveField(key: string, numbers?: TrackNumbers | Clusters): Field {
  if (key === CLUSTER_FIELD) return clusterField(numbers && 'labels' in numbers ? numbers : undefined)
  if (parseTagField(key)) return numbered(key, tagNumber(numbers))
  if (isOverlay(key)) return { ...numbered(key, overlayNumber(OVERLAYS[key].range, numbers)), explanation: explainOverlay(key, numbers?.sampled) }
  return (TRACK_FIELDS.find(({ field }) => field.key === key) ?? TRACK_FIELDS[0]).field
}

export const isField = (key: string | null): key is string =>
  key !== null && (key === CLUSTER_FIELD || parseTagField(key) !== null || isOverlay(key) || TRACK_FIELDS.some(({ field }) => field.key === key))
