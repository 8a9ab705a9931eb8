import type { Backend } from '../backend.ts'
import { START } from './records.ts'

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

/** A case on one opened connection, or two where it asks for them. */
export function onBackends(
  name: string,
  run: (first: Backend, second: Backend, subject: ConformanceSubject) => Promise<void>,
): ConformanceCase {
  return {
    name,
    async run(subject) {
      subject.setNow(START + 1000)
      const [first, second] = [subject.connect(), subject.connect()]
      try {
        await first.open()
        await second.open()
        await run(first, second, subject)
      } finally {
        await first.close()
        await second.close()
      }
    },
  }
}
