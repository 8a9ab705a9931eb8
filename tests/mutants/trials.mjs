import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { createVitest } from 'vitest/node'

// One trial after the other in one vitest, so that what no mutant changes is transformed once; mutant.ts sends them.
const vitest = await createVitest('test', {
  watch: false,
  update: 'none',
  bail: 1,
  retry: 0,
  testTimeout: 15_000,
  // What an earlier trial has loaded is not the mutant.
  isolate: true,
  reporters: [{}],
})

process.on('message', async (trial) => process.send(await outcomeOf(trial)))
process.on('disconnect', () => vitest.exit(true))

/** Runs the tests of `suite` that fit `pattern` on sources in which the change is made; vitest.config.ts makes it. */
async function outcomeOf({ suite, pattern, change }) {
  const changed = fileURLToPath(new URL(`../../${change.file}`, import.meta.url))
  process.env.MUTANT = JSON.stringify(change)
  vitest.invalidateFile(changed)
  const testNamePattern = new RegExp(pattern)
  const project = vitest.projects.find((one) => one.matchesTestGlob(suite))
  const run = [project.createSpecification(suite, { testNamePattern })]
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(run)
  vitest.invalidateFile(changed)
  const module = testModules.find(({ moduleId }) => moduleId === suite)
  const tests = module ? [...module.children.allTests()] : []
  const having = (state) => tests.filter((test) => test.result().state === state)
  const errors = [
    ...(module?.errors() ?? []),
    ...having('failed').flatMap((test) => test.result().errors),
    ...unhandledErrors,
  ]
  return {
    passed: having('passed').length,
    failed: having('failed').length,
    errors: errors.map(({ message }) => message),
  }
}
