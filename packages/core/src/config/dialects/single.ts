import { isObject } from '../problem.ts'
import { type Dialect, type FoundEntry, looksLikeEntry, own, type Path } from './dialect.ts'

/** One service with its name inside: `{"name": "weather", "url": "…"}`. */
export const single: Dialect = {
  match: (input) => looksLikeEntry(input) || typeof own(input, 'name') === 'string',
  entries: (input) => [singleEntry(input, [])],
}

/** Takes the name out of the entry. */
export function singleEntry(input: unknown, path: Path): FoundEntry {
  if (!isObject(input)) return { name: undefined, entry: input, path }
  const fields = Object.entries(input).filter(([field]) => field !== 'name')
  return { name: own(input, 'name'), entry: Object.fromEntries(fields), path }
}
