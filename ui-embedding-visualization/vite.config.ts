import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import type { HtmlTagDescriptor, Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Every path the Flask server answers; anything else is the app. */
const API_PATHS = ['/models', '/tracks', '/embeddings', '/taggrams', '/audio', '/audios', '/tags', '/cover', '/neighbors', '/path', '/blend', '/segments', '/waveform', '/extractions', '/activations', '/playlists', '/upload', '/uploads', '/jobs', '/folder', '/overlap', '/disagreement', '/map-quality', '/map-neighbors', '/evaluations', '/agreement', '/regions', '/clusters', '/evolution', '/duplicates', '/exports', '/trainings', '/openapi', '/docs']
const API_SERVER = process.env.MELODEX_API ?? 'http://localhost:5000'
// `^/audio(/|\?|$)`: whole path segments only, so `/audio` does not swallow a future `/audiobook`.
const proxy = Object.fromEntries(API_PATHS.map((path) => [`^${path}(\\.[a-z]+)?(/|\\?|$)`, { target: API_SERVER }]))

/** What the first picture needs is asked for with the page, not when the chunk before it has been read. */
const FIRST_CHUNKS = ['start', 'webglRenderer']
const linkTo = (rel: string, name: string): HtmlTagDescriptor => ({ tag: 'link', attrs: { rel, crossorigin: true, href: `/${name}` }, injectTo: 'head' })
const preloadFirst: Plugin = {
  name: 'preload-first',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle = {} }) =>
      Object.values(bundle).flatMap((file) => {
        if (file.type !== 'chunk' || !FIRST_CHUNKS.includes(file.name)) return []
        const styles = [...(file.viteMetadata?.importedCss ?? [])]
        return [linkTo('modulepreload', file.fileName), ...styles.map((name) => linkTo('stylesheet', name))]
      }),
  },
}

const PLAIN_TESTS = ['src/domain/**/*.test.ts', 'src/api/*.test.ts', 'src/components/drawing.test.ts', 'src/components/point-map/!(labelLayer|titleLayer).test.ts']

export default defineConfig({
  plugins: [react(), preloadFirst],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // 127.0.0.1, not localhost: that may mean IPv6 alone.
  server: { host: '127.0.0.1', port: 3000, strictPort: true, proxy },
  preview: { host: '127.0.0.1', port: 3000, strictPort: true, proxy },
  build: { outDir: 'build', chunkSizeWarningLimit: 800 },
  test: {
    testTimeout: 30_000,
    projects: [
      // Without a page, which takes longer to make than these tests take. They keep nothing between files, so one process runs many.
      { extends: true, test: { name: 'plain', environment: 'node', isolate: false, include: PLAIN_TESTS } },
      { extends: true, test: { name: 'app', environment: 'jsdom', setupFiles: ['./src/testing/setup.ts'], include: ['src/**/*.test.{ts,tsx}'], exclude: PLAIN_TESTS } },
    ],
  },
})
