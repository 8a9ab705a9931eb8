import { test } from 'vitest'
import { expectCaught } from './mutant.ts'
import { storageMutants } from './storage.ts'

test.each(storageMutants)('$name: caught', { timeout: 60_000 }, expectCaught)
