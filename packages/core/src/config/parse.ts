import { McpStoreError } from '@mcpstore/storage'
import { type ErrorCode, storeError } from '../errors.ts'
import { nearest } from '../near.ts'
import { checkServiceName } from '../services/names.ts'
import type { FoundEntry } from './dialects/dialect.ts'
import { dialects } from './dialects.ts'
import { parseJsonText, type RepeatedKey } from './json-text.ts'
import { normaliseEntry } from './normalise.ts'
import { configError, isObject, kindOf, printable, quoted } from './problem.ts'
import { refuseRepeatedContainer, repeatedKeyProblems } from './repeated-keys.ts'
import type { ServiceConfig } from './service-config.ts'

export interface ParsedService {
  name: string
  config: ServiceConfig
  /** Fields that were left out because they change nothing for mcpstore. */
  ignored: string[]
}

export interface ParseFailure {
  /** The service's name, or where it stands when it has none that can be used. */
  name: string
  error: McpStoreError<ErrorCode>
}

/** What could be read, and what could not. */
export interface ParsedServices {
  services: ParsedService[]
  failures: ParseFailure[]
}

export interface ParseOptions {
  /** Where a stdio service runs that names no folder, and what a relative folder is relative to. */
  cwd: string
  /** What errors call the input. */
  source?: string
}

const example = 'For example {"mcpServers": {"weather": {"url": "https://example.com/mcp"}}}.'

/**
 * Reads services in any dialect, from a value or from JSON text (comments and trailing commas are fine). A wrong entry
 * stands in `failures` and keeps no other one from being read. Throws `bad_config` when the input as a whole holds no
 * services.
 */
export async function parseServices(input: unknown, options: ParseOptions): Promise<ParsedServices> {
  if (typeof input !== 'string') return servicesIn(input, [], { source: 'the config', ...options })
  const source = options.source ?? 'the text'
  const { value, repeated } = await parseJsonText(input, source)
  return servicesIn(value, repeated, { ...options, source })
}

function servicesIn(
  input: unknown,
  repeated: RepeatedKey[],
  options: Required<ParseOptions>,
): ParsedServices {
  const found = dialects.find(({ match }) => match(input))?.entries(input)
  if (found === undefined) throw noServices(input, options.source)
  if (found.length === 0) {
    throw storeError('bad_config', `${options.source} names no service`, { hint: example })
  }
  refuseRepeatedContainer(repeated, found, options.source)
  const failures: ParseFailure[] = []
  const byName = new Map<string, FoundEntry[]>()
  for (const entry of found) {
    const named = nameOf(entry)
    if (typeof named !== 'string') failures.push(named)
    else if (byName.get(named)?.push(entry) === undefined) byName.set(named, [entry])
  }
  const services: ParsedService[] = []
  for (const [name, [entry, ...others]] of byName) {
    const problems = repeatedKeyProblems(entry!, repeated)
    if (others.length > 0) {
      problems.push({ field: '', message: `${others.length + 1} services have this name` })
    }
    const read = normaliseEntry(entry!.entry, options)
    if ('problems' in read) problems.push(...read.problems)
    else if (problems.length === 0) services.push({ name, ...read })
    if (problems.length > 0) failures.push({ name, error: configError(name, problems) })
  }
  return { services, failures }
}

function nameOf({ name, path }: FoundEntry): string | ParseFailure {
  const place = path.length === 0 ? 'the service' : `service ${Number(path.at(-1)) + 1} of the list`
  if (typeof name !== 'string') {
    const message = `${place} needs a name, a string in its field "name"`
    return {
      name: place,
      error: storeError('bad_config', message, { hint: '{"name": "weather", "url": "…"}' }),
    }
  }
  try {
    return checkServiceName(name)
  } catch (error) {
    if (error instanceof McpStoreError) return { name: printable(name, 60), error }
    throw error
  }
}

function noServices(input: unknown, source: string): McpStoreError<ErrorCode> {
  const meant = isObject(input)
    ? Object.keys(input).flatMap((key) => nearest(key, ['mcpServers', 'servers'], 1))[0]
    : undefined
  const holds = isObject(input) || Array.isArray(input) ? 'no services' : `${kindOf(input)}, no services`
  return storeError('bad_config', `${source} holds ${holds}`, {
    hint: meant === undefined ? example : `Did you mean ${quoted(meant)}? ${example}`,
  })
}
