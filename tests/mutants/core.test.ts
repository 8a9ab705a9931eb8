import { test } from 'vitest'
import { coreMutants } from './core.ts'
import { expectCaught } from './mutant.ts'

test.each(coreMutants)('$name: caught', { timeout: 60_000 }, expectCaught)
