/** Movements in progress, by name: starting one again replaces it. */
import { ease } from './geometry'

interface Tween {
  start: number
  duration: number
  step: (t: number) => void
}

export class Tweens<Name extends string> {
  private readonly running = new Map<Name, Tween>()

  /** step is called with the eased share, 0 … 1, of the way. duration: milliseconds; 0 jumps to the end. */
  start(name: Name, duration: number, step: (t: number) => void): void {
    this.running.set(name, { start: performance.now(), duration, step })
  }

  stop(name: Name): void {
    this.running.delete(name)
  }

  has(name: Name): boolean {
    return this.running.has(name)
  }

  get active(): boolean {
    return this.running.size > 0
  }

  advance(now: number): void {
    for (const [name, tween] of this.running) {
      const t = tween.duration <= 0 ? 1 : Math.min(1, Math.max(0, (now - tween.start) / tween.duration))
      if (t === 1) this.running.delete(name)
      tween.step(ease(t))
    }
  }
}
