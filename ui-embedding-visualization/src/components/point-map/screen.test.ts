import { describe, expect, it } from 'vitest'
import { createView, FLAT_POSE, projectAll } from './camera'
import { Projected } from './screen'

const POSITIONS = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i))
const VIEW = createView(FLAT_POSE, [1, 1, 0], 800, 600)
const ALL = new Float32Array(300)
projectAll(POSITIONS, VIEW, ALL)

function projected() {
  const screen = new Projected()
  screen.resize(100)
  return screen
}

describe('places on the screen', () => {
  it('are those of all points, however many were asked for before', () => {
    const screen = projected()
    expect([...screen.at(POSITIONS, VIEW, 7).subarray(0, 21)]).toEqual([...ALL.subarray(0, 21)])
    expect([...screen.at(POSITIONS, VIEW, 8).subarray(21, 24)]).toEqual([...ALL.subarray(21, 24)])
    expect([...screen.at(POSITIONS, VIEW)]).toEqual([...ALL])
  })

  it('follow the view once the old ones are forgotten', () => {
    const screen = projected()
    screen.at(POSITIONS, VIEW)
    const near = createView({ ...FLAT_POSE, zoom: 4 }, [1, 1, 0], 800, 600)
    expect([...screen.at(POSITIONS, near)]).toEqual([...ALL])
    screen.forget()
    expect([...screen.at(POSITIONS, near)]).not.toEqual([...ALL])
  })
})
