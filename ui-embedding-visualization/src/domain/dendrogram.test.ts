import { describe, expect, it } from 'vitest'
import { dendrogram, describeJoins } from './dendrogram'

/** Of SciPy: a and c first, then d and b, then all. */
const TREE = dendrogram({
  models: ['a', 'b', 'c', 'd'],
  linkage: [
    [0, 2, 0.1, 2],
    [3, 1, 0.25, 2],
    [4, 5, 0.6, 4],
  ],
})

describe('a dendrogram', () => {
  it('puts what joins side by side, so that no lines cross', () => {
    expect(TREE.leaves).toEqual(['a', 'c', 'd', 'b'])
    expect(TREE.joins.map(({ branches }) => branches.map(({ place }) => place))).toEqual([
      [0, 1],
      [2, 3],
      [0.5, 2.5],
    ])
    expect(TREE.joins[2].branches.map(({ height }) => height)).toEqual([0.1, 0.25])
    expect(TREE.height).toBe(0.6)
  })

  it('can be read aloud', () => {
    expect(describeJoins(TREE)).toEqual(['a and c join at 0.10.', 'd and b join at 0.25.', 'a, c and d, b join at 0.60.'])
  })

  it('of one model is a leaf', () => {
    expect(dendrogram({ models: ['a'], linkage: [] })).toEqual({ leaves: ['a'], joins: [], height: 0 })
  })
})
