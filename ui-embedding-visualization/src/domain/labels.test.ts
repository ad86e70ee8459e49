import { describe, expect, it } from 'vitest'
import { makeTrack } from '@/testing/fakeServer'
import { computeColouring, drawnAs } from './colouring'
import { resolveField } from './fields'
import { groupLabels } from './labels'

/** Four jazz tracks, one of them a stray, among single tracks of other genres far and wide. */
const tracks = ['jazz', 'jazz', 'jazz', 'jazz', 'rock', 'folk', 'dub', 'soul', 'funk'].map((genre, i) => makeTrack(`${i}`, { genre, year: 1990 + i }))
const coordinates = new Float32Array([0, 0, 0, 1, 1, 0, 2, 0, 0, 90, 90, 0, -60, 5, 0, 60, 5, 0, 0, 70, 0, 9, -80, 0, -50, -50, 0])

describe('names of groups on the map', () => {
  it('stand over the middle of the group, whatever one stray does', () => {
    const [label] = groupLabels(computeColouring(drawnAs(tracks), tracks, resolveField('genre'), 'dark'), coordinates, new Set())
    expect(label.position).toEqual([1, 1, 0])
  })

  it('are left out for groups too small, and for hidden ones', () => {
    const colouring = computeColouring(drawnAs(tracks), tracks, resolveField('genre'), 'dark')
    expect(groupLabels(colouring, coordinates, new Set())).toHaveLength(1)
    expect(groupLabels(colouring, coordinates, new Set(['jazz']))).toHaveLength(0)
  })

  it('are left out for groups scattered over the whole map', () => {
    const mixed = tracks.map((track, i) => makeTrack(track.filename, { genre: i % 2 ? 'odd' : 'even' }))
    expect(groupLabels(computeColouring(drawnAs(mixed), mixed, resolveField('genre'), 'dark'), coordinates, new Set())).toHaveLength(0)
  })

  it('are left out where colour is a number', () => {
    expect(groupLabels(computeColouring(drawnAs(tracks), tracks, resolveField('year'), 'dark'), coordinates, new Set())).toHaveLength(0)
  })
})
