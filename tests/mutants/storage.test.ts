import { test } from 'vitest'
import { due, expectCaught } from './mutant.ts'
import { storageMutants } from './storage.ts'

test.each(due(storageMutants))('$name: caught', { timeout: 60_000 }, expectCaught)
