import { afterAll, test } from 'vitest'
import { due, Trials } from './mutant.ts'
import { storageMutants } from './storage.ts'

const trials = new Trials()
afterAll(() => trials[Symbol.asyncDispose]())

test.each(due(storageMutants))('$name: caught', { timeout: 60_000 }, (mutant) => trials.expectCaught(mutant))
