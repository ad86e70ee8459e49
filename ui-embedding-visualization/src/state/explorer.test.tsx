import { QueryClientProvider } from '@tanstack/react-query'
import { renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { createQueryClient } from '@/api/queries'
import type { ProjectionQuery } from '@/api/types'
import { compareTracks } from '@/domain/order'
import { SLICE } from '@/domain/slicedSort'
import { LIBRARY, makeTrack, serve } from '@/testing/fakeServer'
import { ExplorerProvider, useExplorer } from './explorer'
import { tellDrawn, usePicture } from './picture'
import { changeView, DEFAULT_VIEW } from './view'

const N = 4 * SLICE
const MANY = Array.from({ length: N }, (_, i) => makeTrack(`${i}.flac`, { id: i + 1, title: `Song ${N - i}` }))

const QUERY: ProjectionQuery = { model: 'musicnn', variant: 'mtat', space: 'embedding', method: 'umap', dimensions: 2 }

const client = createQueryClient()

function Around({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={client}>
      <ExplorerProvider>{children}</ExplorerProvider>
    </QueryClientProvider>
  )
}

/** How many tracks each call of the browser's sort had before it. */
function watchSorts(): number[] {
  const [lengths, sort] = [[] as number[], Array.prototype.sort]
  vi.spyOn(Array.prototype, 'sort').mockImplementation(function (this: unknown[], by) {
    if (by === compareTracks) lengths.push(this.length)
    return sort.call(this, by) as unknown[]
  })
  return lengths
}

afterEach(() => vi.unstubAllGlobals())

it('a picture is drawn without the names of its points', async () => {
  const asked = serve({ ...LIBRARY, '/tracks': () => new Promise(() => {}) })
  usePicture.setState({ drawn: false })
  const names = vi.fn(() => ['a.flac', 'b.flac'])
  const map = { count: 2, names, tags: ['jazz', 'rock'], tagOf: new Int32Array([1, 0]), coordinates: new Float32Array(6), dimensions: 2, note: null, stale: false }
  client.setQueryData(['projection', QUERY], map)
  changeView({ ...DEFAULT_VIEW, model: QUERY.model, variant: QUERY.variant }, 'amend')
  const { result, unmount } = renderHook(useExplorer, { wrapper: Around })
  await waitFor(() => expect(result.current.points.data?.count).toBe(2))
  expect(result.current.colouring.legend.map(({ label }) => label).sort()).toEqual(['jazz', 'rock'])
  expect(names).not.toHaveBeenCalled()
  expect(asked.filter((path) => path.startsWith('/tracks'))).toEqual([])
  expect(result.current.points.data?.tracks().map((track) => [track.filename, track.genre])).toEqual([['a.flac', 'rock'], ['b.flac', 'jazz']])
  unmount()
})

it('all of a large library is selected at once, put in order a part at a time, and listed once for previous and next', async () => {
  serve({ ...LIBRARY, '/tracks': { body: { tracks: MANY } } })
  const sorted = watchSorts()
  tellDrawn()
  changeView({ ...DEFAULT_VIEW, selection: MANY.map((track) => track.id) }, 'amend')
  const { result } = renderHook(useExplorer, { wrapper: Around })
  await waitFor(() => expect(result.current.selection).toHaveLength(N))
  expect(result.current.selected.size).toBe(N)
  await waitFor(() => expect(result.current.selection[0].title).toBe('Song 1'))
  expect(Math.max(...sorted)).toBeLessThanOrEqual(SLICE)
  vi.restoreAllMocks()
  expect(result.current.selection.map((track) => track.id)).toEqual(MANY.map((track) => track.id).reverse())
  const asked: string[][] = []
  for (let i = 0; i < 2; i++) result.current.playOrder((order) => asked.push(order))
  expect(asked[0]).toHaveLength(N)
  expect(asked[1]).toBe(asked[0])
  changeView(DEFAULT_VIEW, 'amend')
})
