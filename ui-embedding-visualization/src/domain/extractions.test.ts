import { expect, it } from 'vitest'
import { extractionStates } from './extractions'

it('each track has a state per model: heard, failed with its reason, or not yet', () => {
  const stateOf = extractionStates([
    { model: 'musicnn', variant: 'mtat', heard: [1, 2], failed: { 3: 'too short' } },
    { model: 'mert', variant: '95m', heard: [2], failed: {} },
  ])
  expect(stateOf(1)).toEqual([
    { name: 'musicnn/mtat', heard: true, failure: null },
    { name: 'mert/95m', heard: false, failure: null },
  ])
  expect(stateOf(3)[0]).toEqual({ name: 'musicnn/mtat', heard: false, failure: 'too short' })
})
