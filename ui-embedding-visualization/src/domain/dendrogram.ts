/** How models join, nearest first, as lines to draw. */
import type { Agreement } from '@/api/evaluationTypes'

/** Two branches that become one. `height`: how far apart they are. Places count leaves from above: 0 is the first. */
export interface Join {
  height: number
  /** Above and below: where the branch lies, and the height at which it begins. */
  branches: [Branch, Branch]
  /** Whose branches these are. */
  names: [string[], string[]]
}

interface Branch {
  place: number
  height: number
}

interface Node extends Branch {
  names: string[]
}

export interface Dendrogram {
  /** Models from above, so that no lines cross. */
  leaves: string[]
  joins: Join[]
  /** Of the last join. */
  height: number
}

/** linkage: SciPy's. */
export function dendrogram({ models, linkage }: Pick<Agreement, 'models' | 'linkage'>): Dendrogram {
  const leaves = orderLeaves(models.length, linkage).map((i) => models[i])
  const nodes: Node[] = models.map((name) => ({ place: leaves.indexOf(name), height: 0, names: [name] }))
  const joins = linkage.map(([one, other, height]): Join => {
    const [above, below] = [nodes[one], nodes[other]].sort((a, b) => a.place - b.place)
    nodes.push({ place: (above.place + below.place) / 2, height, names: [...above.names, ...below.names] })
    return { height, branches: [above, below], names: [above.names, below.names] }
  })
  return { leaves, joins, height: joins.at(-1)?.height ?? 0 }
}

/** Numbers of the leaves, those of each branch together. */
function orderLeaves(n: number, linkage: Agreement['linkage']): number[] {
  const under = (node: number): number[] => (node < n ? [node] : linkage[node - n].slice(0, 2).flatMap(under))
  return under(n + linkage.length - 1)
}

/** The same in words, a sentence a join. */
export const describeJoins = ({ joins }: Dendrogram): string[] => joins.map(({ names: [above, below], height }) => `${above.join(', ')} and ${below.join(', ')} join at ${height.toFixed(2)}.`)
