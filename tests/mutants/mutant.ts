import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'

/** A guarantee taken away, and the test that has to notice. */
export interface Mutant {
  /** What is broken, in words. */
  name: string
  file: string
  /** Stands in the file exactly once. */
  find: string
  replace: string
  /** The test file that has to fail. */
  suite: string
  /** The test in it that does, as it is reported. */
  test: string
}

/** Those that have their turn: all of them in `npm run soak`, and one for each folder of sources in `npm test`. */
export function due(mutants: readonly Mutant[]): Mutant[] {
  if (process.env['MCPSTORE_SOAK']) return [...mutants]
  return [...new Map(mutants.toReversed().map((mutant) => [dirname(mutant.file), mutant])).values()]
}

/** Passes when the mutant's test fails on sources in which its change was made; vitest.config.ts makes it. */
export async function expectCaught(mutant: Mutant): Promise<void> {
  const parts = readFileSync(workspaceRoot + mutant.file, 'utf8').split(mutant.find)
  expect(parts, `${mutant.file} does not hold this once: ${mutant.find}`).toHaveLength(2)
  const { failed, output } = await runTest(mutant)
  expect(failed, `the test passed, or there is none of this name:\n${output}`).toBe(true)
  // A test that did not run has caught nothing.
  expect(output).toMatch(/Tests .*\d+ failed/)
}

function runTest({ name: _, suite, test, ...change }: Mutant): Promise<{ failed: boolean; output: string }> {
  const pattern = test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    suite,
    '--bail=1',
    '--retry=0',
    '--testTimeout=15000',
    '--reporter=dot',
    `--testNamePattern=${pattern}`,
  ]
  // Long runs find no more than short ones here.
  const { MCPSTORE_SOAK: _soak, ...rest } = process.env
  const env = { ...rest, MUTANT: JSON.stringify(change) }
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: workspaceRoot, env }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr })
    })
  })
}
