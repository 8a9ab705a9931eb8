import { storeError } from '../errors.ts'
import type { FoundEntry, Path } from './dialects/dialect.ts'
import type { RepeatedKey } from './json-text.ts'
import { type Problem, quoted } from './problem.ts'

/** Throws when a key that holds services is written twice: the first block would silently be lost. */
export function refuseRepeatedContainer(repeated: RepeatedKey[], found: FoundEntry[], source: string): void {
  const container = repeated.find(({ path }) =>
    found.some((entry) => path.length < entry.path.length && startsWith(entry.path, path)),
  )
  if (container === undefined) return
  throw storeError('bad_config', `${source}: ${quoted(lastOf(container))} stands ${times(container)}`, {
    hint: 'Put the services of all of them into one.',
  })
}

/** A problem for each key that is written twice: the service's own name, or one inside it. */
export function repeatedKeyProblems(entry: FoundEntry, repeated: RepeatedKey[]): Problem[] {
  return repeated
    .filter(({ path }) => startsWith(path, entry.path))
    .map((key) => {
      const field = key.path.slice(entry.path.length).join('.')
      return { field, message: `${field === '' ? 'the name' : field} stands ${times(key)}` }
    })
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((step, index) => path[index] === step)
}

function lastOf({ path }: RepeatedKey): string {
  return String(path.at(-1))
}

function times({ lines }: RepeatedKey): string {
  const where = new Set(lines).size === 1 ? `on line ${lines[0]}` : `on lines ${lines.join(', ')}`
  return `${lines.length === 2 ? 'twice' : `${lines.length} times`}, ${where}`
}
