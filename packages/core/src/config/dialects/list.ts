import type { Dialect } from './dialect.ts'
import { singleEntry } from './single.ts'

/** A list of services with their names inside. */
export const list: Dialect = {
  match: (input) => Array.isArray(input),
  entries: (input) => (input as unknown[]).map((item, index) => singleEntry(item, [index])),
}
