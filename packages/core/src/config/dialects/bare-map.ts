import { isObject } from '../problem.ts'
import { type Dialect, looksLikeEntry, namedEntries } from './dialect.ts'

/** Names to services without anything around them: `{"weather": {…}, "maps": {…}}`. */
export const bareMap: Dialect = {
  match: (input) => isObject(input) && Object.values(input).some(looksLikeEntry),
  entries: (input) => namedEntries(input as Record<string, unknown>, []),
}
