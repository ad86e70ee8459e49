import { useEffect, useRef, type RefObject } from 'react'
import { ALL_IN_SIGHT } from './sight'

/** Draws into an empty canvas of the given size, in CSS pixels. Colours may be read from the canvas's own style. */
export type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void

/** A canvas that is drawn when it is shown, when its size changes, when `draw` does and when `follow` calls back: keep both stable. */
export function useCanvas(draw: Draw, follow = ALL_IN_SIGHT.follow): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    if (!element) return undefined
    const repaint = () => paint(element, draw)
    const watcher = new ResizeObserver(repaint)
    watcher.observe(element)
    const stop = follow(repaint)
    return () => {
      watcher.disconnect()
      stop()
    }
  }, [draw, follow])
  return canvas
}

function paint(canvas: HTMLCanvasElement, draw: Draw): void {
  const { width, height } = canvas.getBoundingClientRect()
  const ratio = window.devicePixelRatio || 1
  const size = { width: Math.round(width * ratio), height: Math.round(height * ratio) }
  if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size)
  const context = canvas.getContext('2d')
  if (!context || width === 0) return
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  context.globalAlpha = 1
  context.fillStyle = context.strokeStyle = getComputedStyle(canvas).color
  draw(context, width, height)
}
