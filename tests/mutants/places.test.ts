import { expect, test } from 'vitest'
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
