// The public surface of @mcpstore/storage/conformance.
import type { ConformanceCase } from './case.ts'
import { counterCases } from './counters.ts'
import { feedCases } from './feed.ts'
import { headCases } from './heads.ts'
import { leaseCases } from './leases.ts'
import { mergeCases } from './merge.ts'
import { nodeCases } from './nodes.ts'
import { scopeCases } from './scopes.ts'

/**
 * What every backend of a dataspace has to do, as cases for any test runner: make a fresh subject for each, run it,
 * dispose of it.
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...mergeCases,
  ...feedCases,
  ...headCases,
  ...counterCases,
  ...scopeCases,
  ...leaseCases,
  ...nodeCases,
]

export type { ConformanceCase, ConformanceSubject } from './case.ts'
