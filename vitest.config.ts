import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'

const conditions = ['@mcpstore/source']

/** Makes the change that the environment names in one source file; see tests/mutants. */
function mutation(): Plugin {
  const changeOf = (id: string): ((code: string) => string) | undefined => {
    const change = process.env['MUTANT']
    if (change === undefined) return undefined
    const { file, find, replace } = JSON.parse(change) as { file: string; find: string; replace: string }
    const isIt = id === fileURLToPath(new URL(file, import.meta.url))
    return isIt ? (code) => code.replace(find, () => replace) : undefined
  }
  return {
    name: 'mutation',
    enforce: 'pre',
    // A file that is imported as text is not transformed.
    load: (id) => {
      const [path, query] = id.split('?') as [string, string?]
      const changed = query === 'raw' ? changeOf(path) : undefined
      return changed && `export default ${JSON.stringify(changed(readFileSync(path, 'utf8')))}`
    },
    transform: (code, id) => changeOf(id)?.(code),
  }
}

export default defineConfig({
  plugins: [mutation()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'bench/test/**/*.test.mjs',
      'tests/**/*.test.ts',
    ],
    globalSetup: ['./scripts/own-home.ts'],
    setupFiles: ['./scripts/fail-on-console.ts'],
    pool: 'forks',
    // Most tests wait for processes most of the time.
    maxWorkers: 3,
    testTimeout: 30_000,
    // Nobody is there to run it again; scripts/test.mjs names what needed it.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    hookTimeout: 60_000,
  },
})
