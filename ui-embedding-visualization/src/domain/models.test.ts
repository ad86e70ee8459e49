import { describe, expect, it } from 'vitest'
import { makeModel, MODELS } from '@/testing/fakeServer'
import { bestVariant, mapName, modelChoices, otherMap, resolveQuery, variantChoices, whyUnavailable } from './models'

const OPEN = { model: null, variant: null, space: 'embedding', method: 'umap', dimensions: 2 } as const

describe('what can be chosen', () => {
  it('a model needs one variant with data', () => {
    expect(modelChoices(MODELS.models).map(({ value, unavailable }) => [value, unavailable])).toEqual([
      ['musicnn', null],
      ['whisper', 'weights missing'],
    ])
  })

  it('a variant without data says why', () => {
    expect(variantChoices(MODELS.models, 'musicnn').map((choice) => choice.unavailable)).toEqual([null, 'weights missing'])
    expect(whyUnavailable(makeModel('a', 'b', { n_extracted: 0 }))).toBe('not extracted yet')
    expect(whyUnavailable(makeModel('a', 'b', { n_extracted: 0, runnable: false }))).toBe('cannot run here')
  })

  it('picking a model picks the variant that has data', () => {
    const models = [makeModel('m', 'empty', { n_extracted: 0 }), makeModel('m', 'full')]
    expect(bestVariant(models, 'm')).toBe('full')
    expect(bestVariant(models, 'unknown')).toBeNull()
  })
})

describe('the map a link asks for', () => {
  it('is the server’s default when the link says nothing', () => {
    expect(resolveQuery(OPEN, MODELS)).toMatchObject({ model: 'musicnn', variant: 'mtat' })
  })

  it('keeps what the link says, known or not', () => {
    expect(resolveQuery({ ...OPEN, model: 'mert', variant: '330m' }, MODELS)).toMatchObject({ model: 'mert', variant: '330m' })
    expect(resolveQuery({ ...OPEN, model: 'whisper' }, MODELS)).toMatchObject({ model: 'whisper', variant: 'base' })
  })
})

describe('two maps', () => {
  const query = resolveQuery(OPEN, MODELS)

  it('beside a map opens that of another model that has listened, else another method', () => {
    const heard = { ...MODELS, models: [...MODELS.models, makeModel('mert', '95m')] }
    expect(otherMap(query, heard)).toEqual({ ...query, model: 'mert', variant: '95m' })
    expect(otherMap(query, MODELS)).toEqual({ ...query, method: 'pca' })
  })

  it('are told apart by name', () => {
    expect(mapName({ ...query, dimensions: 3 }, MODELS)).toBe('musicnn, mtat · embedding · UMAP 3-D')
    expect(mapName({ ...query, model: 'new', method: 'odd' }, MODELS)).toBe('new/mtat · embedding · odd 2-D')
  })
})
