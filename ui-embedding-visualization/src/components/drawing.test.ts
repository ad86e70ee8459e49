import { describe, expect, it } from 'vitest'
import { drawHeatMap, largestOf } from './HeatMap'
import { ALL_IN_SIGHT } from './sight'
import { drawWaveform } from './Waveform'

const WHOLE = ALL_IN_SIGHT.now()

/** A canvas that remembers its rectangles. */
function recorder() {
  const rectangles: { x: number; y: number; width: number; height: number; alpha: number }[] = []
  const context = {
    globalAlpha: 1,
    fillRect(x: number, y: number, width: number, height: number) {
      rectangles.push({ x, y, width, height, alpha: this.globalAlpha })
    },
  }
  return { rectangles, context: context as unknown as CanvasRenderingContext2D }
}

describe('the waveform', () => {
  it('is tall where it is loud, and fills its width and height', () => {
    const { rectangles, context } = recorder()
    const loudness = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0.1 : 0.5))
    drawWaveform(context, 300, 40, { low: loudness.map((value) => -value), high: loudness }, WHOLE)
    const [first, last] = [rectangles[0], rectangles[rectangles.length - 1]]
    expect(last.height).toBeCloseTo(40)
    expect(first.height).toBeCloseTo(8)
    expect(last.x + last.width).toBeGreaterThan(295)
  })

  it('moves along with what is in sight, bar by bar', () => {
    const loudness = Array.from({ length: 1000 }, (_, i) => (i === 501 ? 0.5 : 0.1))
    const tallest = [0.4, 0.41].map((from) => {
      const { rectangles, context } = recorder()
      drawWaveform(context, 300, 40, { low: loudness.map((value) => -value), high: loudness }, { from, to: from + 0.2 })
      return rectangles.reduce((a, b) => (b.height > a.height ? b : a)).x
    })
    expect(tallest[0]).toBeCloseTo(150, -1)
    expect(tallest[0] - tallest[1]).toBeCloseTo(15, 3)
  })

  it('of silence is a thin line, not nothing', () => {
    const { rectangles, context } = recorder()
    drawWaveform(context, 30, 40, { low: [0, 0], high: [0, 0] }, WHOLE)
    expect(rectangles.every(({ height, y }) => height === 1 && Math.abs(y - 19.5) < 1)).toBe(true)
  })
})

describe('the heat map', () => {
  const values = [[0.8, 0], [0.4, 0.2], [0, 0.8]]
  const map = { rows: ['guitar', 'piano'], starts: [0, 3, 6], seconds: 3, duration: 9, values, largest: largestOf(values) }

  it('puts every segment at its time on the axis', () => {
    const { rectangles, context } = recorder()
    drawHeatMap(context, 900, 20, map, WHOLE)
    expect(rectangles.map(({ x }) => Math.round(x))).toEqual([0, 0, 300, 300, 600, 600])
    expect(rectangles[5].x + rectangles[5].width).toBeGreaterThan(895)
  })

  it('is plainest where a tag is strongest', () => {
    const { rectangles, context } = recorder()
    drawHeatMap(context, 900, 20, map, WHOLE)
    const alphas = rectangles.map(({ alpha }) => alpha)
    expect(Math.max(...alphas)).toBe(alphas[0])
    expect(alphas[2]).toBeLessThan(alphas[0])
    expect(alphas[1]).toBeLessThan(0.1)
  })

  it('shows what is in sight, each segment where its time is, and nothing beyond', () => {
    const { rectangles, context } = recorder()
    drawHeatMap(context, 900, 20, map, { from: 1 / 3 + 0.05, to: 2 / 3 - 0.05 })
    expect(rectangles).toHaveLength(2)
    expect(rectangles[0].x).toBeLessThan(0)
    expect(rectangles[0].x + rectangles[0].width).toBeGreaterThan(900)
    expect(rectangles[0].alpha).toBeCloseTo(0.06 + 0.94 / 2)
  })
})
