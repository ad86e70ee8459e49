import { useEffect, useRef, type RefObject } from 'react'

/** Draws into a canvas of the given size, in CSS pixels. Colours may be read from the canvas's own style. */
export type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void

/** A canvas that is drawn when it is shown, when its size changes and when `draw` does: keep `draw` stable. */
export function useCanvas(draw: Draw): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    if (!element) return undefined
    const watcher = new ResizeObserver(() => paint(element, draw))
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [draw])
  return canvas
}

function paint(canvas: HTMLCanvasElement, draw: Draw): void {
  const { width, height } = canvas.getBoundingClientRect()
  const ratio = window.devicePixelRatio || 1
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) })
  const context = canvas.getContext('2d')
  if (!context || width === 0) return
  context.scale(ratio, ratio)
  context.fillStyle = context.strokeStyle = getComputedStyle(canvas).color
  draw(context, width, height)
}
