import { afterAll, test } from 'vitest'
import { coreMutants } from './core.ts'
import { due, Trials } from './mutant.ts'

const trials = new Trials()
afterAll(() => trials[Symbol.asyncDispose]())

test.each(due(coreMutants))('$name: caught', { timeout: 60_000 }, (mutant) => trials.expectCaught(mutant))
