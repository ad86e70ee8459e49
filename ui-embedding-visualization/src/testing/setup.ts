/** What jsdom lacks and the app uses. */
import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

class NoResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

const matchMedia = (query: string) => ({ matches: false, media: query, addEventListener: () => {}, removeEventListener: () => {} })
Object.assign(window, { ResizeObserver: NoResizeObserver, matchMedia })

/** A plain canvas that draws nothing; there is no WebGL. */
const NO_DRAWING = new Proxy({}, { get: () => () => undefined, set: () => true })
HTMLCanvasElement.prototype.getContext = ((kind: string) => (kind === '2d' ? NO_DRAWING : null)) as HTMLCanvasElement['getContext']
HTMLMediaElement.prototype.play = () => Promise.resolve()
HTMLMediaElement.prototype.pause = () => {}
Object.assign(HTMLDialogElement.prototype, {
  showModal(this: HTMLDialogElement) {
    this.open = true
  },
  close(this: HTMLDialogElement) {
    this.open = false
  },
})
Element.prototype.scrollIntoView = () => {}

// A page is read when it is first shown: on a busy machine that is more than the second that is usual.
configure({ asyncUtilTimeout: 10_000 })
afterEach(cleanup)
