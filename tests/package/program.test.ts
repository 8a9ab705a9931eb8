import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'

// The built program holds the workspace's libraries and libsql; whatever else it asks for has to be installed with it.
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
  expect([...new Set(asked.map(([, name]) => name))].filter((name) => name !== 'url').sort()).toEqual(
    Object.keys(manifest.dependencies).sort(),
  )
})

it('the program holds nothing of others but libsql', () => {
  const parts = [...built.matchAll(/^\/\/ .*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/[^/]+\.js$/gm)]
  expect([...new Set(parts.map(([, name]) => name))]).toEqual(['libsql'])
  expect(readFileSync(join(dist, 'libsql.LICENSE'), 'utf8')).toContain('Permission is hereby granted')
})

it('the native parts that are installed with the program are those of the libsql in it', () => {
  expect(manifest.optionalDependencies).toEqual(libsql.optionalDependencies)
})
