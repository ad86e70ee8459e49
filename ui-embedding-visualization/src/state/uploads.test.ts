import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type * as client from '@/api/client'
import { ApiError } from '@/api/client'
import { addFiles, forgetUploads, useUploads } from './uploads'

const server = vi.hoisted(() => ({ uploadFile: vi.fn(), getUploadStatus: vi.fn() }))
vi.mock('@/api/client', async (original) => ({ ...(await original<typeof client>()), ...server }))

const file = (name: string) => new File(['x'], name)
const stages = () => Object.fromEntries(useUploads.getState().uploads.map(({ name, stage }) => [name, stage]))

beforeEach(() => {
  useUploads.setState({ uploads: [] })
  server.getUploadStatus.mockResolvedValue({ status: 'ready', models: { 'acoustic/librosa': 'heard' } })
})
afterEach(() => vi.resetAllMocks())

describe('files on their way', () => {
  it('are sent two at a time', async () => {
    const arrivals: (() => void)[] = []
    server.uploadFile.mockImplementation(() => new Promise((resolve) => arrivals.push(() => resolve({ id: 1, filename: 'x' }))))
    addFiles(['a', 'b', 'c'].map(file))
    expect(stages()).toEqual({ a: 'sending', b: 'sending', c: 'queued' })
    arrivals[0]()
    await vi.waitFor(() => expect(stages().c).toBe('sending'))
    for (const arrive of arrivals.slice(1)) arrive()
    await vi.waitFor(() => expect(Object.values(stages())).toEqual(['ready', 'ready', 'ready']))
  })

  it('that are refused keep the server’s reason and hold up nobody', async () => {
    server.uploadFile.mockImplementation((sent: File) =>
      sent.name === 'text' ? Promise.reject(new ApiError('This is no audio file.', 415)) : Promise.resolve({ id: 2, filename: 'song (2).mp3' }),
    )
    addFiles(['text', 'song.mp3'].map(file))
    await vi.waitFor(() => expect(stages()).toEqual({ text: 'failed', 'song.mp3': 'ready' }))
    expect(useUploads.getState().uploads.map(({ problem, filename }) => problem ?? filename)).toEqual(['This is no audio file.', 'song (2).mp3'])
    forgetUploads()
    expect(stages()).toEqual({})
  })

  it('that come too fast for the server are sent again', async () => {
    vi.useFakeTimers()
    server.uploadFile.mockRejectedValueOnce(new ApiError('Wait a moment.', 429)).mockResolvedValue({ id: 4, filename: 'x.mp3' })
    addFiles([file('x.mp3')])
    await vi.advanceTimersByTimeAsync(4000)
    expect(stages()).toEqual({ 'x.mp3': 'sending' })
    await vi.advanceTimersByTimeAsync(2000)
    expect(stages()).toEqual({ 'x.mp3': 'ready' })
    vi.useRealTimers()
  })

  it('say which model could not hear them', async () => {
    server.uploadFile.mockResolvedValue({ id: 3, filename: 'x.mp3' })
    server.getUploadStatus.mockResolvedValue({ status: 'incomplete', models: { 'a/b': 'heard', 'c/d': 'too short' } })
    addFiles([file('x.mp3')])
    await vi.waitFor(() => expect(useUploads.getState().uploads[0]).toMatchObject({ stage: 'ready', problem: 'c/d: too short' }))
  })
})
