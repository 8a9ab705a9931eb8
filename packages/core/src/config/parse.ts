import { McpStoreError } from '@mcpstore/storage'
import { type ErrorCode, storeError } from '../errors.ts'
import { userHome } from '../home.ts'
import { didYouMean, nearest } from '../near.ts'
import { checkServiceName } from '../services/names.ts'
import { FORMAT } from '../transfer/document.ts'
import { type Dialect, type FoundEntry, own, type Path } from './dialects/dialect.ts'
import { dialects } from './dialects.ts'
import { parseJsonText, type RepeatedKey } from './json-text.ts'
import { type Normalised, normaliseEntry } from './normalise.ts'
import {
  anyPlaceholders,
  editorPlaceholders,
  type Translate,
  translateEntry,
  type Where,
} from './placeholders/foreign-placeholders.ts'
import { configError, isObject, kindOf, printable, quoted } from './problem.ts'
import { refuseRepeatedContainer, repeatedKeyProblems } from './repeated-keys.ts'
import type { ServiceConfig } from './service-config.ts'
import { parseTomlText } from './toml-text.ts'

export interface ParsedService {
  name: string
  config: ServiceConfig
  /** Fields that were left out because they change nothing for mcpstore. */
  ignored: string[]
  /** What is to be known of it before it is added. */
  notes?: string[]
  /** Somebody's description of a server rather than a config of the user's. */
  isOffer?: true
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
  /** Which way to have a server is meant, from 1, where it describes several. */
  offer?: number | undefined
  /** What errors call the input. */
  source?: string
  /** The folder that it speaks of, if it lies in one. */
  project?: string | undefined
  /** The user's folder. Default: of this process. */
  home?: string
  /** How a text is written. Default: JSON. */
  format?: 'json' | 'toml' | undefined
  /** The dialect of the file that it comes from, if it is written in it. */
  dialect?: Dialect | undefined
  /** Whether it may be about other things only; then nothing but `dialect` is looked for in it. */
  mayBeEmpty?: boolean
  /** Where in the input the services are, if not at its top. */
  inside?: Path | undefined
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
  if (options.format === 'toml')
    return servicesIn(await parseTomlText(input, source), [], { ...options, source })
  const { value, repeated } = await parseJsonText(input, source)
  return servicesIn(value, repeated, { ...options, source })
}

function servicesIn(
  whole: unknown,
  repeated: RepeatedKey[],
  options: ParseOptions & { source: string },
): ParsedServices {
  const { inside = [], source } = options
  const input = inside.reduce<unknown>((value, step) => own(value, String(step)), whole)
  const known = options.mayBeEmpty ? [] : dialects
  const dialect = [options.dialect, ...known].find((one) => one?.match(input))
  if (dialect === undefined && options.mayBeEmpty) return { services: [], failures: [] }
  if (dialect === undefined) throw noServices(input, source)
  if (options.offer !== undefined && !dialect.hasOffers) {
    throw storeError('usage', `${source} offers no ways to have a server of which one could be chosen`, {
      hint: 'Leave out the option offer (--offer): it is about a server.json.',
    })
  }
  const found = dialect
    .entries(input, options.offer)
    .map((entry) => ({ ...entry, path: [...inside, ...entry.path] }))
  if (found.length === 0 && !options.mayBeEmpty) {
    throw storeError('bad_config', `${source} names no service`, { hint: example })
  }
  const where: Where = {
    project: options.project,
    home: options.home ?? userHome(),
    platform: process.platform,
  }
  const usual = options.dialect ? editorPlaceholders : anyPlaceholders
  const translate = dialect.placeholders?.(where, input) ?? usual(where)
  refuseRepeatedContainer(repeated, found, source)
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
    const read = readEntry(entry!, { ...options, dialect, translate })
    if ('problems' in read) problems.push(...read.problems)
    else if (problems.length === 0) services.push({ name, ...read, ...told(entry!) })
    if (problems.length > 0) failures.push({ name, error: configError(name, problems) })
  }
  return { services, failures }
}

function readEntry(
  { entry, problems = [] }: FoundEntry,
  { dialect, translate, cwd }: { dialect: Dialect; translate: Translate; cwd: string },
): Normalised {
  if (problems.length > 0) return { problems }
  if (!isObject(entry)) return normaliseEntry(entry, { cwd })
  const ours = dialect.inOurFields?.(entry) ?? { entry }
  if ('problem' in ours) return { problems: [ours.problem] }
  return normaliseEntry(translateEntry(ours.entry, translate), { cwd })
}

function told({ notes = [], isOffer }: FoundEntry): Pick<ParsedService, 'notes' | 'isOffer'> {
  return { ...(notes.length > 0 && { notes }), ...(isOffer && { isOffer }) }
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
    if (!(error instanceof McpStoreError)) throw error
    return { name: printable(name, 60), error: error as McpStoreError<ErrorCode> }
  }
}

function noServices(input: unknown, source: string): McpStoreError<ErrorCode> {
  if (own(input, 'format') === FORMAT) {
    return storeError('bad_config', `${source} is an export of a dataspace, which is imported, not added`, {
      hint: 'mcpstore import FILE (importDataspace) takes it, agents included.',
    })
  }
  const meant = isObject(input)
    ? Object.keys(input).flatMap((key) => nearest(key, ['mcpServers', 'servers'], 1))[0]
    : undefined
  const holds = isObject(input) || Array.isArray(input) ? 'no services' : `${kindOf(input)}, no services`
  return storeError('bad_config', `${source} holds ${holds}`, {
    hint: meant === undefined ? example : `${didYouMean([quoted(meant)])} ${example}`,
  })
}
