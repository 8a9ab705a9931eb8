import { readdirSync, readFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'

// The built program holds the workspace's libraries, libsql and ioredis; whatever else it asks for has to be installed with it.
const dist = join(workspaceRoot, 'apps/cli/dist')
const built = readdirSync(dist)
  .filter((name) => name.endsWith('.js'))
  .map((name) => readFileSync(join(dist, name), 'utf8'))
  .join('\n')
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const manifest = manifestOf(join(workspaceRoot, 'apps/cli'))
const libsql = manifestOf(
  dirname(createRequire(join(workspaceRoot, 'packages/storage/package.json')).resolve('libsql')),
)

it('the program asks for no package that is not installed with it, and for every one that is', () => {
  const asked = [...built.matchAll(/\b(?:import|require)\("((?:@[\w-]+\/)?[\w-]+)(?:\/[^"]*)?"\)/g)]
  const names = new Set(asked.map(([, name]) => name!).filter((name) => !isBuiltin(name)))
  expect([...names].sort()).toEqual(Object.keys(manifest.dependencies).sort())
})

it('the program holds nothing of others but libsql and ioredis with what that needs, and the license of each', () => {
  const parts = built.matchAll(/^[\t ]*(?:\/\/|\/\*) ?.*\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/.*$/gm)
  const names = [...new Set([...parts].map(([, name]) => name))].sort()
  expect(names).toEqual([
    '@ioredis/commands',
    'cluster-key-slot',
    'denque',
    'ioredis',
    'libsql',
    'redis-errors',
    'redis-parser',
    'standard-as-callback',
  ])
  const licenses = readFileSync(join(dist, 'licenses.txt'), 'utf8')
  for (const name of names)
    expect(licenses).toMatch(new RegExp(`^${name} \\d[\\d.]+ \\((MIT|Apache-2.0)\\)$`, 'm'))
})

it('the native parts that are installed with the program are those of the libsql in it', () => {
  expect(manifest.optionalDependencies).toEqual(libsql.optionalDependencies)
})
