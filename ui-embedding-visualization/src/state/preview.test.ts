import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attachAudio, play, usePlayer } from './player'
import { startPreview, stopPreview, switchPreview, usePreview } from './preview'

const main = document.createElement('audio')
let detach = () => {}

beforeEach(() => {
  vi.useFakeTimers()
  usePlayer.setState(usePlayer.getInitialState())
  detach = attachAudio(main)
})
afterEach(() => {
  switchPreview(false)
  detach()
  vi.useRealTimers()
})

describe('hover preview', () => {
  it('sounds after a moment on a point, when it is switched on', () => {
    switchPreview(true)
    startPreview('a.mp3', 60)
    expect(usePreview.getState().track).toBeNull()
    vi.advanceTimersByTime(300)
    expect(usePreview.getState().track).toBe('a.mp3')
    stopPreview()
    expect(usePreview.getState().track).toBeNull()
  })

  it('is silent when switched off, and for a pointer that only passes by', () => {
    startPreview('a.mp3', 60)
    vi.advanceTimersByTime(300)
    expect(usePreview.getState().track).toBeNull()
    switchPreview(true)
    startPreview('a.mp3', 60)
    stopPreview()
    vi.advanceTimersByTime(300)
    expect(usePreview.getState().track).toBeNull()
  })

  it('makes the player wait, and gives it back', () => {
    const [pause, resume] = [vi.spyOn(main, 'pause'), vi.spyOn(main, 'play')]
    play('b.mp3')
    main.dispatchEvent(new Event('playing'))
    resume.mockClear()
    switchPreview(true)
    startPreview('a.mp3', 60)
    vi.advanceTimersByTime(300)
    expect(pause).toHaveBeenCalledOnce()
    main.dispatchEvent(new Event('pause'))
    stopPreview()
    expect(resume).toHaveBeenCalledOnce()
  })
})
