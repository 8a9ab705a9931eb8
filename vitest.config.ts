import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'

const conditions = ['@mcpstore/source']

/** Makes the change that the environment names in one source file; see tests/mutants. */
function mutation(): Plugin {
  const change = process.env['MUTANT']
  if (change === undefined) return { name: 'no-mutation' }
  const { file, find, replace } = JSON.parse(change) as { file: string; find: string; replace: string }
  const path = fileURLToPath(new URL(file, import.meta.url))
  return {
    name: 'mutation',
    enforce: 'pre',
    transform: (code, id) => (id === path ? code.replace(find, () => replace) : undefined),
  }
}

export default defineConfig({
  plugins: [mutation()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['./scripts/fail-on-console.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
