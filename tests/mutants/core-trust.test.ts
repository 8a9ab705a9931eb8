import { test } from 'vitest'
import { coreMutants, subjectOf } from './core.ts'
import { due, expectCaught } from './mutant.ts'

const mutants = due(coreMutants).filter((mutant) => subjectOf(mutant) === 'trust')
test.each(mutants)('$name: caught', { timeout: 60_000 }, expectCaught)
