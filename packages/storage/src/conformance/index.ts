import type { Backend } from '../backend.ts'
import { counterCases } from './counters.ts'
import { feedCases } from './feed.ts'
import { leaseCases } from './leases.ts'
import { mergeCases } from './merge.ts'

/** One place to store, and as many connections to it as a case needs. */
export interface ConformanceSubject {
  /** Makes a backend on the same place as every other of this subject; not opened yet. */
  connect(): Backend
  /** Sets the clock that the place goes by, ms since 1970. */
  setNow(ms: number): void
  /** Removes the place. */
  dispose(): Promise<void>
}

/** One thing every backend has to do. `run` rejects with an `AssertionError` if it does not. */
export interface ConformanceCase {
  name: string
  run(subject: ConformanceSubject): Promise<void>
}

/**
 * What every backend of a dataspace has to do, as cases for any test runner: make a fresh subject for each, run it,
 * dispose of it.
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...mergeCases,
  ...feedCases,
  ...counterCases,
  ...leaseCases,
]
