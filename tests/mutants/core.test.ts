import { afterAll, test } from 'vitest'
import { due, mutantsOf, Trials } from './mutant.ts'

const trials = new Trials()
afterAll(() => trials[Symbol.asyncDispose]())

const mutants = Object.values(await mutantsOf('core')).flat()
test.each(due(mutants))('$name: caught', { timeout: 60_000 }, (mutant) => trials.expectCaught(mutant))
