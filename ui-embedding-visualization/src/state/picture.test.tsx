import { QueryClientProvider } from '@tanstack/react-query'
import { renderHook, waitFor } from '@testing-library/react'
import { beforeEach, describe, expect, it } from 'vitest'
import { createQueryClient } from '@/api/queries'
import type { ProjectionQuery } from '@/api/types'
import { serve } from '@/testing/fakeServer'
import { tellDrawn, useAwaitsPicture, usePicture } from './picture'
import { changeView, DEFAULT_VIEW } from './view'

const QUERY: ProjectionQuery = { model: 'acoustic', variant: 'librosa', space: 'embedding', method: 'pca', dimensions: 2 }
const MAP = { count: 1, names: () => ['a.ogg'], tagOf: new Int32Array(1), tags: ['jazz'], coordinates: new Float32Array(3), dimensions: 2, note: null, stale: false }

function ask(query: ProjectionQuery | null, answer?: object) {
  const client = createQueryClient()
  if (answer) client.setQueryData(['projection', query], answer)
  return renderHook(() => useAwaitsPicture(query), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  }).result
}

describe('the lists of models and tracks', () => {
  beforeEach(() => {
    serve({ '/embeddings.arrow': () => new Promise(() => {}) })
    usePicture.setState({ drawn: false })
    changeView(DEFAULT_VIEW, 'amend')
  })

  it('wait for the map to come, and to be drawn', async () => {
    expect(ask(QUERY).current).toBe(true)
    const drawn = ask(QUERY, MAP)
    expect(drawn.current).toBe(true)
    tellDrawn()
    await waitFor(() => expect(drawn.current).toBe(false))
    expect(ask(QUERY).current).toBe(false)
  })

  it('do not wait where no map will be drawn', () => {
    expect(ask(null).current).toBe(false)
    expect(ask(QUERY, { ...MAP, count: 0 }).current).toBe(false)
    changeView({ page: 'library' }, 'amend')
    expect(ask(QUERY).current).toBe(false)
  })
})
