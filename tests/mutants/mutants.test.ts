import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'
import { type Mutant, mutants } from './mutants.ts'

/** Runs the suite on sources in which the mutant's change was made; vitest.config.ts makes it. */
function runSuite(mutant: Mutant): Promise<{ failed: boolean; output: string }> {
  const { name: _, suite, ...change } = mutant
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    suite,
    '--bail=1',
    '--testTimeout=15000',
    '--reporter=dot',
  ]
  const env = { ...process.env, MUTANT: JSON.stringify(change) }
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: workspaceRoot, env }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr })
    })
  })
}

test.each(mutants)('$name: caught', { timeout: 60_000 }, async (mutant) => {
  const parts = readFileSync(workspaceRoot + mutant.file, 'utf8').split(mutant.find)
  expect(parts, `${mutant.file} does not hold this once: ${mutant.find}`).toHaveLength(2)
  const { failed, output } = await runSuite(mutant)
  expect(failed, 'the suite passed').toBe(true)
  // A suite that did not run has caught nothing.
  expect(output).toMatch(/Tests .*\d+ failed/)
})
