import { describe, expect, it } from 'vitest'
import type { Box } from './boxes'
import { MAX_TITLED, pointsInSight, TitleLayer } from './titleLayer'

const sight = (n: number, spread: number) => ({
  screen: () => new Float32Array(3 * n).map((_, i) => (i % 3 === 2 ? 1 : Math.floor(i / 3) * spread)),
  placeOf: (i: number) => ({ x: i * spread, y: i * spread, visible: true }),
  levels: new Uint8Array(n).fill(2),
  width: 400,
  height: 400,
})

const place = (layer: TitleLayer, seen: ReturnType<typeof sight>, taken: Box[] = []) => layer.place(pointsInSight(seen), seen.placeOf, { left: 0, top: 0, right: 400, bottom: 400 }, taken, 10)

describe('titles when near', () => {
  it('name nothing while many points are in sight, and those in sight when few are', () => {
    expect(pointsInSight(sight(200, 1))).toEqual([])
    expect(pointsInSight(sight(200, 100))).toEqual([0, 1, 2, 3, 4])
    expect(pointsInSight(sight(MAX_TITLED, 2))).toHaveLength(MAX_TITLED)
  })

  it('are not looked for beyond the first points that are too many', () => {
    const asked: (number | undefined)[] = []
    const far = sight(100_000, 0)
    const places = far.screen()
    pointsInSight({ ...far, screen: (count) => (asked.push(count), places) })
    expect(asked).toEqual([1024])
    far.levels.fill(0)
    pointsInSight({ ...far, screen: (count) => (asked.push(count), places) })
    expect(asked.at(-1)).toBe(100_000)
  })

  it('leave greyed points nameless', () => {
    const near = sight(5, 50)
    near.levels[2] = 0
    expect(pointsInSight(near)).toEqual([0, 1, 3, 4])
  })

  it('come and go with the camera, and change with the map', () => {
    const root = document.createElement('div')
    const layer = new TitleLayer(root)
    layer.set((index) => `song ${index}`)
    place(layer, sight(3, 50))
    expect([...root.children].map((element) => element.textContent)).toEqual(['song 0', 'song 1', 'song 2'])
    place(layer, sight(3, 300))
    expect(root.children).toHaveLength(2)
    layer.set((index) => `other ${index}`)
    place(layer, sight(1, 50))
    expect(root.textContent).toBe('other 0')
  })

  it('make way for what stands there already', () => {
    const root = document.createElement('div')
    const layer = new TitleLayer(root)
    layer.set(String)
    place(layer, sight(1, 50), [{ left: 0, right: 100, top: -20, bottom: 20 }])
    expect((root.firstElementChild as HTMLElement).style.opacity).toBe('0')
  })
})
