import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'
import { homeOf, mutantsOf } from './mutant.ts'

test.each(['storage', 'core', 'cli'] as const)(
  'the mutants of a folder of %s are in the file of its name',
  async (name) => {
    const files = Object.entries(await mutantsOf(name))
    expect(files.length).toBeGreaterThan(0)
    for (const [file, mutants] of files) {
      expect(
        mutants.filter((mutant) => homeOf(mutant) !== file || mutant.file.split('/')[1] !== name),
      ).toEqual([])
    }
  },
)

test.each(['storage', 'core', 'cli'] as const)(
  'what a mutant of %s changes stands in its file once, and there is the suite that has to fail',
  async (name) => {
    const mutants = Object.values(await mutantsOf(name)).flat()
    expect(mutants.length).toBeGreaterThan(0)
    const stale = mutants.filter(({ file, find, suite }) => {
      const source = existsSync(workspaceRoot + file) ? readFileSync(workspaceRoot + file, 'utf8') : ''
      return source.split(find).length !== 2 || !existsSync(workspaceRoot + suite)
    })
    expect(stale).toEqual([])
  },
)
