import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

// Imports point one way: app → features → state → components, domain, api. Features never import each other.
// Other folders are reached through `@/…`, the own folder through `./…`, so a folder's arrows can be read off its imports.
const NO_PARENT = { group: ['../*', '../**'], message: 'Reach another folder through @/…' }
const arrows = (folder, forbidden) => {
  const wrongWay = { group: forbidden.map((name) => `@/${name}/**`), message: `${folder} must not import this.` }
  const patterns = forbidden.length > 0 ? [NO_PARENT, wrongWay] : [NO_PARENT]
  return { files: [`src/${folder}/**/*.{ts,tsx}`], rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

export default tseslint.config(
  { ignores: ['build', 'node_modules', 'coverage', 'eslint.config.js'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  reactHooks.configs.flat.recommended,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Only src/api talks to the server.' }],
      'max-lines': ['error', { max: 250 }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['src/api/client.ts', 'src/api/early.ts'], rules: { 'no-restricted-globals': 'off' } },
  arrows('app', []),
  arrows('features', ['app', 'features']),
  arrows('state', ['app', 'features', 'components']),
  arrows('components', ['app', 'features', 'state', 'api']),
  arrows('domain', ['app', 'features', 'state', 'components']),
  arrows('api', ['app', 'features', 'state', 'components', 'domain']),
)
