import { describe, expect, it } from 'vitest'
import { uncovered, uncoveredArea } from './insets'

const WHOLE = { left: 0, top: 0, right: 400, bottom: 700 }
const TOOLBAR = { left: 10, top: 10, right: 390, bottom: 50 }
const NOTE = { left: 8, top: 660, right: 200, bottom: 690 }

describe('what nothing covers', () => {
  it('is everything where there is no overlay, or it is elsewhere', () => {
    expect(uncovered(WHOLE, [])).toEqual(WHOLE)
    expect(uncovered(WHOLE, [{ left: 0, top: 700, right: 400, bottom: 900 }])).toEqual(WHOLE)
  })

  it('is below the toolbar and above the note', () => {
    expect(uncovered(WHOLE, [TOOLBAR, NOTE])).toEqual({ left: 0, top: 50, right: 400, bottom: 660 })
  })

  it('is above a sheet, which covers the note too, and left of a drawer', () => {
    expect(uncovered(WHOLE, [TOOLBAR, NOTE, { left: 0, top: 300, right: 400, bottom: 700 }])).toMatchObject({ top: 50, bottom: 300 })
    expect(uncovered({ ...WHOLE, right: 800 }, [{ left: 470, top: 0, right: 800, bottom: 700 }])).toMatchObject({ left: 0, right: 470 })
  })

  it('goes below an overlay that leaves too little of the map', () => {
    expect(uncovered(WHOLE, [{ left: 0, top: 60, right: 400, bottom: 700 }, TOOLBAR])).toEqual({ ...WHOLE, top: 50 })
  })

  it('has a size, however small the window', () => {
    const { left, top, right, bottom } = uncoveredArea({ width: 1, height: 1, insets: { top: 50, right: 0, bottom: 30, left: 0 } })
    expect(right > left && bottom > top).toBe(true)
  })
})
