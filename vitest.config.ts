import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig, type Plugin } from 'vitest/config'
import { alone } from './scripts/vitest/alone.ts'
import { LongestFirst } from './scripts/vitest/longest-first.ts'

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

const together = [
  'packages/*/test/**/*.test.ts',
  'apps/*/test/**/*.test.ts',
  'bench/test/**/*.test.mjs',
  'tests/**/*.test.ts',
]

export default defineConfig({
  test: {
    globalSetup: ['./scripts/vitest/own-home.ts'],
    // Most tests wait for processes most of the time.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('alone', { include: alone }),
      // The sources are loaded once for all the files that a worker is given.
      project('together', {
        include: together,
        exclude: [...configDefaults.exclude, ...alone],
        isolate: false,
      }),
    ],
  },
})

function project(name: string, files: { include: string[]; exclude?: string[]; isolate?: boolean }) {
  return {
    plugins: [mutation()],
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      ...files,
      name,
      setupFiles: ['./scripts/vitest/fail-on-console.ts', './scripts/vitest/clean-up.ts'],
      pool: 'forks' as const,
      testTimeout: 30_000,
      // As long as `until` looks; a second is over before a busy machine has begun.
      expect: { poll: { timeout: 15_000 } },
      // Nobody is there to run it again; scripts/test.mjs names what needed it.
      retry: process.env['CI'] === 'true' ? 1 : 0,
      hookTimeout: 60_000,
    },
  }
}
