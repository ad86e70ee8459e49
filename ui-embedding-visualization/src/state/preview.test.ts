import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attachAudio, play, usePlayer } from './player'
import { startPreview, stopPreview, switchPreview, usePreview } from './preview'

const main = document.createElement('audio')
let detach = () => {}
const atTwelve = () => Promise.resolve(12)

beforeEach(() => {
  vi.useFakeTimers()
  usePlayer.setState(usePlayer.getInitialState())
  detach = attachAudio(main)
})
afterEach(() => {
  switchPreview(false)
  detach()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('hover preview', () => {
  it('sounds after a moment on a point, when it is switched on', async () => {
    switchPreview(true)
    startPreview('a.mp3', atTwelve)
    expect(usePreview.getState().track).toBeNull()
    await vi.advanceTimersByTimeAsync(300)
    expect(usePreview.getState().track).toBe('a.mp3')
    stopPreview()
    expect(usePreview.getState().track).toBeNull()
  })

  it('is silent when switched off, and for a pointer that only passes by', async () => {
    startPreview('a.mp3', atTwelve)
    await vi.advanceTimersByTimeAsync(300)
    expect(usePreview.getState().track).toBeNull()
    switchPreview(true)
    startPreview('a.mp3', atTwelve)
    stopPreview()
    await vi.advanceTimersByTimeAsync(300)
    expect(usePreview.getState().track).toBeNull()
  })

  it('starts where it is told, and not at all once the pointer has gone', async () => {
    const started: string[] = []
    vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function (this: HTMLMediaElement) {
      started.push(this.src)
      return Promise.resolve()
    })
    switchPreview(true)
    startPreview('a.mp3', atTwelve)
    await vi.advanceTimersByTimeAsync(300)
    expect(started).toHaveLength(1)
    expect(started[0]).toMatch(/#t=12\.0$/)
    stopPreview()
    let answer: (start: number) => void = () => {}
    startPreview('b.mp3', () => new Promise((resolve) => (answer = resolve)))
    await vi.advanceTimersByTimeAsync(300)
    stopPreview()
    answer(3)
    await vi.advanceTimersByTimeAsync(0)
    expect(started).toHaveLength(1)
  })

  it('makes the player wait, and gives it back', async () => {
    const [pause, resume] = [vi.spyOn(main, 'pause'), vi.spyOn(main, 'play')]
    play('b.mp3')
    main.dispatchEvent(new Event('playing'))
    resume.mockClear()
    switchPreview(true)
    startPreview('a.mp3', atTwelve)
    await vi.advanceTimersByTimeAsync(300)
    expect(pause).toHaveBeenCalledOnce()
    main.dispatchEvent(new Event('pause'))
    stopPreview()
    expect(resume).toHaveBeenCalledOnce()
  })
})
