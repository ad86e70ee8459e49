import { describe, expect, it } from 'vitest'
import type { Track } from '@/api/types'
import { makeModel, makeTrack } from '@/testing/fakeServer'
import { computeColouring as colour, drawnAs, MAX_CATEGORIES, soloEntries, toggleEntries, visibleMask } from './colouring'
import { CATEGORY_COLOURS, numberColour, OTHER_COLOUR, UNKNOWN_COLOUR } from './palette'
import { defaultField, fieldChoices, isField, resolveField } from './fields'
import { measuredNumbers } from './overlays'
import type { Scheme } from './palette'
import { trackOfPoint } from './track'

const computeColouring = (points: readonly Track[], library: readonly Track[], field: string, scheme: Scheme) => colour(drawnAs(points), library, resolveField(field), scheme)
const genres = (...names: string[]) => names.map((genre, i) => makeTrack(`${i}.mp3`, { genre }))
const colourOf = (colours: Uint8Array, i: number) => [...colours.subarray(3 * i, 3 * i + 3)]

describe('colouring by category', () => {
  it('counts, most frequent first, and the unknown last', () => {
    const tracks = genres('Unknown', 'Unknown', 'Unknown', 'jazz', 'rock', 'rock')
    const { legend } = computeColouring(tracks, tracks, 'genre', 'dark')
    expect(legend.map(({ label, count }) => [label, count])).toEqual([['rock', 2], ['jazz', 1], ['Unknown', 3]])
    expect(legend[2].colour).toBe(UNKNOWN_COLOUR.dark)
  })

  it('paints each point in the colour of its legend entry', () => {
    const tracks = genres('jazz', 'rock', 'rock')
    const { colours } = computeColouring(tracks, tracks, 'genre', 'dark')
    expect(colourOf(colours, 1)).toEqual([...CATEGORY_COLOURS.dark[0]])
    expect(colourOf(colours, 0)).toEqual([...CATEGORY_COLOURS.dark[1]])
  })

  it('keeps a genre’s colour when a model has heard only part of the library', () => {
    const library = genres('rock', 'rock', 'rock', 'jazz')
    const partly = computeColouring(library.slice(3), library, 'genre', 'dark')
    expect(colourOf(partly.colours, 0)).toEqual([...CATEGORY_COLOURS.dark[1]])
  })

  it('folds what goes beyond the palette, and still lists it', () => {
    const tracks = genres(...Array.from({ length: 15 }, (_, i) => `genre ${String(i).padStart(2, '0')}`))
    const { legend } = computeColouring(tracks, tracks, 'genre', 'light')
    expect(legend).toHaveLength(15)
    expect(legend.filter((entry) => entry.folded)).toHaveLength(15 - MAX_CATEGORIES)
    expect(legend[14].colour).toBe(OTHER_COLOUR.light)
  })

  it('reads MTG-Jamendo tags as a person would', () => {
    const tracks = genres('genre---rock')
    expect(computeColouring(tracks, tracks, 'genre', 'dark').legend[0]).toMatchObject({ key: 'genre---rock', label: 'rock' })
  })

  it('has no two colours alike', () => {
    for (const scheme of ['dark', 'light'] as const) expect(new Set(CATEGORY_COLOURS[scheme].map(String)).size).toBe(MAX_CATEGORIES)
  })
})

describe('the field of the first map', () => {
  const library = (nTagged: number, nUntagged: number) => [
    ...genres(...Array<string>(nTagged).fill('jazz')),
    ...Array.from({ length: nUntagged }, (_, i) => makeTrack(`untagged ${i}.mp3`, { genre: 'Unknown', predicted_genre: 'Rock' })),
  ]

  it('is the genre where at least half of the tracks have one', () => {
    expect(defaultField(library(2, 2))).toBe('genre')
    expect(defaultField([])).toBe('genre')
  })

  it('is the predicted genre where fewer have one, and the legend says who predicts', () => {
    expect(defaultField(library(1, 2))).toBe('predicted_genre')
    expect(resolveField('predicted_genre').explanation).toContain('MusiCNN')
  })

  it('is the genre where no model predicts any', () => {
    expect(defaultField(genres('Unknown', 'Unknown'))).toBe('genre')
  })
})

describe('colouring by year', () => {
  const tracks = [1971, 1999, 2020, null].map((year, i) => makeTrack(`${i}.mp3`, { year }))
  const colouring = computeColouring(tracks, tracks, 'year', 'dark')

  it('goes along one scale from the first year to the last', () => {
    expect(colouring.range).toEqual([1971, 2020])
    expect(colourOf(colouring.colours, 0)).toEqual([...numberColour(0, 'dark')])
    expect(colourOf(colouring.colours, 2)).toEqual([...numberColour(1, 'dark')])
    expect(colourOf(colouring.colours, 3)).toEqual([...UNKNOWN_COLOUR.dark])
  })

  it('lists decades in time order, tracks without a year last', () => {
    expect(colouring.legend.map((entry) => entry.key)).toEqual(['1970s', '1990s', '2020s', 'Unknown'])
  })

  it('survives a library from one year, and one without years', () => {
    const one = [makeTrack('a', { year: 2000 })]
    expect(colourOf(computeColouring(one, one, 'year', 'dark').colours, 0)).toEqual([...numberColour(0.6, 'dark')])
    const none = [makeTrack('a')]
    expect(computeColouring(none, none, 'year', 'dark').range).toBeNull()
  })
})

describe('colouring by what the network heard', () => {
  const tracks = [
    makeTrack('a', { predicted_genre: 'Jazz', confidence: 0.99 }),
    makeTrack('b', { predicted_genre: 'Jazz', confidence: 0.25 }),
    makeTrack('c'),
  ]

  it('shows predicted genres, and what it has not heard as unknown', () => {
    const { legend } = computeColouring(tracks, tracks, 'predicted_genre', 'dark')
    expect(legend.map(({ label, count }) => [label, count])).toEqual([['Jazz', 2], ['Unknown', 1]])
  })

  it('puts confidence on a scale from 0 to 1, whatever the library holds', () => {
    const { range, colours, legend, field } = computeColouring(tracks, tracks, 'confidence', 'dark')
    expect(range).toEqual([0, 1])
    expect(colourOf(colours, 1)).toEqual([...numberColour(0.25, 'dark')])
    expect(colourOf(colours, 2)).toEqual([...UNKNOWN_COLOUR.dark])
    expect(legend.map(({ key }) => key)).toEqual(['20–40 %', '80–100 %', 'Unknown'])
    expect(field.number?.format(0.25)).toBe('25 %')
  })
})

describe('a map whose tracks are not listed yet', () => {
  const samples = ['jazz', 'rock'].map((genre) => trackOfPoint('', genre))
  const drawn = { samples, sampleOf: new Int32Array([1, 0, 1, 1]) }

  it('is coloured and counted as all with the same tag are', () => {
    const alone = ['rock', 'jazz', 'rock', 'rock'].map((genre, i) => trackOfPoint(`${i}.mp3`, genre))
    const [early, late] = [drawn, drawnAs(alone)].map((points) => colour(points, [], resolveField('genre'), 'dark'))
    expect(early).toEqual(late)
    expect(early.legend.map(({ label, count }) => [label, count])).toEqual([['rock', 3], ['jazz', 1]])
  })

  it('knows nothing else of them', () => {
    expect(colour(drawn, [], resolveField('year'), 'dark').legend.map(({ key, count }) => [key, count])).toEqual([['Unknown', 4]])
  })
})

describe('the legend as a filter', () => {
  const tracks = genres('jazz', 'rock', 'rock', 'folk')
  const colouring = computeColouring(tracks, tracks, 'genre', 'dark')

  it('greys exactly the tracks of hidden entries', () => {
    expect([...visibleMask(colouring, new Set(['rock']))]).toEqual([1, 0, 0, 1])
  })

  it('toggles one entry, or a folded group together', () => {
    expect(toggleEntries(new Set(), ['rock'])).toEqual(['rock'])
    expect(toggleEntries(new Set(['rock']), ['rock'])).toEqual([])
    expect(toggleEntries(new Set(['rock']), ['rock', 'folk'])).toEqual(['rock', 'folk'])
  })

  it('solo hides the others; solo again shows all', () => {
    const solo = soloEntries(colouring.legend, new Set(), ['jazz'])
    expect([...visibleMask(colouring, new Set(solo))]).toEqual([1, 0, 0, 0])
    expect(soloEntries(colouring.legend, new Set(solo), ['jazz'])).toEqual([])
  })
})

describe('colouring by length and by a tag', () => {
  it('lists lengths from short to long, whatever their names', () => {
    const tracks = [700, 30, 200, 65].map((duration, i) => makeTrack(`${i}`, { duration }))
    const { legend, range } = computeColouring(tracks, tracks, 'duration', 'dark')
    expect(legend.map(({ key }) => key)).toEqual(['0:00–1:00', '1:00–2:00', '3:00–4:00', '10:00 and more'])
    expect(range).toEqual([30, 700])
  })

  const tempo = 'tag:acoustic/librosa:tempo (BPM)'
  const tracks = [makeTrack('slow', { id: 1 }), makeTrack('fast', { id: 2 }), makeTrack('unheard', { id: 3 })]
  const activations = { tag: 'tempo (BPM)', track_ids: [2, 1], values: [180, 80] }

  it('puts each track where the model hears it, and those it has not heard apart', () => {
    const { colours, legend, range, field } = colour(drawnAs(tracks), tracks, resolveField(tempo, activations), 'dark')
    expect(range).toEqual([80, 180])
    expect(colourOf(colours, 1)).toEqual([...numberColour(1, 'dark')])
    expect(colourOf(colours, 2)).toEqual([...UNKNOWN_COLOUR.dark])
    expect(legend.map(({ key }) => key)).toEqual(['80 – 100', '160 – 180', 'Unknown'])
    expect(field.number?.format(79.6)).toBe('80')
  })

  it('knows nothing while the activations are on their way', () => {
    expect(colour(drawnAs(tracks), tracks, resolveField(tempo), 'dark').legend.map(({ key }) => key)).toEqual(['Unknown'])
  })

  it('offers the tags of models that have heard something', () => {
    const models = [makeModel('acoustic', 'librosa', { tag_names: ['tempo (BPM)'] }), makeModel('vgg', 'msd', { tag_names: ['rock'], n_extracted: 0 })]
    const values = fieldChoices(models).map(({ value }) => value)
    expect(values).toContain(tempo)
    expect(values.every(isField)).toBe(true)
    expect(values.some((value) => value.startsWith('tag:vgg'))).toBe(false)
    expect(isField('tag:nonsense')).toBe(false)
  })
  it('tells how far to trust a map on a scale that is the same for all maps', () => {
    const trust = resolveField('trustworthiness', { track_ids: [1, 2], values: [0.6, 0.98] })
    const { legend, range, colours } = colour(drawnAs(tracks), tracks, trust, 'dark')
    expect(range).toEqual([0.5, 1])
    expect(legend.map(({ key }) => key)).toEqual(['60–70 %', '90–100 %', 'Unknown'])
    expect(colourOf(colours, 0)).toEqual([...numberColour(0.2, 'dark')])
    expect(trust.explanation).toMatch(/far apart in the model/)
    const hopeless = colour(drawnAs(tracks), tracks, resolveField('trustworthiness', { track_ids: [1], values: [0.1] }), 'dark')
    expect(hopeless.legend[0].key).toBe('0–60 %')
    expect(colourOf(hopeless.colours, 0)).toEqual([...numberColour(0, 'dark')])
  })

  it('leaves tracks grey that are not in the sample of a huge map, and says how large it is', () => {
    const quality = { k: 10, sampled: 1, means: { kept: 1, trustworthiness: 0.6, continuity: 1 }, track_ids: [1, 2], kept: [1, 1], trustworthiness: [null, 0.6], continuity: [1, 1] }
    const trust = resolveField('trustworthiness', measuredNumbers(quality, 'trustworthiness'))
    expect(colour(drawnAs(tracks), tracks, trust, 'dark').legend.map(({ key, count }) => [key, count])).toEqual([['60–70 %', 1], ['Unknown', tracks.length - 1]])
    expect(trust.explanation).toContain('sample of 1 tracks')
    expect(resolveField('kept', measuredNumbers(quality, 'kept')).explanation).not.toContain('sample')
  })

  it('compares two maps only where there are two', () => {
    const values = (twoMaps: boolean) => fieldChoices([], twoMaps).map(({ value }) => value)
    expect(values(true)).toContain('overlap')
    expect(values(false)).not.toContain('overlap')
    expect(values(false)).toContain('disagreement')
    expect(values(true).every(isField)).toBe(true)
  })
})

describe('colouring by cluster', () => {
  const tracks = [0, 1, 2].map((id) => makeTrack(`${id}.mp3`, { id: id + 1 }))
  const clusters = { track_ids: [1, 2], values: [1, 0], labels: ['techno', 'Cluster 2'] }

  it('calls a cluster by its name, and nothing what is in none', () => {
    const field = resolveField('cluster', clusters)
    expect(tracks.map(field.categoryOf)).toEqual(['Cluster 2', 'techno', 'Unknown'])
    expect(colour(drawnAs(tracks), tracks, field, 'dark').legend).toHaveLength(3)
  })

  it('is a field of a link', () => {
    expect(isField('cluster')).toBe(true)
    expect(fieldChoices([]).map(({ value }) => value)).toContain('cluster')
  })
})

describe('colouring by tempo', () => {
  it('has bins with their unit, from slow to fast', () => {
    const tracks = [128, 64, 95].map((tempo, id) => makeTrack(`${id}.mp3`, { tempo }))
    const { legend } = computeColouring(tracks, tracks, 'tempo', 'dark')
    expect(legend.map(({ label }) => label)).toEqual(['0–70 BPM', '90–110 BPM', '110–130 BPM'])
  })
})
