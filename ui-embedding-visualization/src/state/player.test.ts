import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attachAudio, cue, seek, setMeasuredDuration, usePlayer } from './player'

const audio = document.createElement('audio')
let detach = () => {}

/** The browser reads a length in the header of the file. */
function announce(seconds: number): void {
  Object.defineProperty(audio, 'duration', { value: seconds, configurable: true })
  audio.dispatchEvent(new Event('durationchange'))
}

beforeEach(() => {
  usePlayer.setState(usePlayer.getInitialState())
  detach = attachAudio(audio)
})
afterEach(() => detach())

describe('length of the track in the player', () => {
  it('is what the server decoded: half a FLAC whose header says 40 s ends at 20 s', () => {
    cue('half.flac')
    announce(40)
    expect(usePlayer.getState().duration).toBe(40)
    setMeasuredDuration('half.flac', 20)
    expect(usePlayer.getState().duration).toBe(20)
    announce(40)
    expect(usePlayer.getState().duration).toBe(20)
    seek(30)
    expect(audio.currentTime).toBe(20)
  })

  it('is known for a file whose header has none', () => {
    cue('stream.mp3')
    announce(Number.POSITIVE_INFINITY)
    expect(usePlayer.getState().duration).toBe(0)
    setMeasuredDuration('stream.mp3', 60)
    expect(usePlayer.getState().duration).toBe(60)
  })

  it('is not taken from the track before', () => {
    cue('a.mp3')
    setMeasuredDuration('a.mp3', 60)
    cue('b.mp3')
    setMeasuredDuration('a.mp3', 60)
    announce(90)
    expect(usePlayer.getState().duration).toBe(90)
  })
})
