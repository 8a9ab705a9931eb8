import { StorageError } from '../errors.ts'

/** Whose records: the store's own, or one agent's. */
export type Scope = 'store' | { agent: string }

/**
 * What a record says of a service. An `assignment` stands in the scope of the agent that may use a service of the store;
 * a `birth` in the store's: it names the life that began when the service was last added after a removal. `outdated` says
 * by its stamp that what was found out before is so no longer, `asked` how the last question ended that found out nothing.
 */
export type RecordKind = 'config' | Finding | 'assignment' | 'birth'

/** What was found out about a service: it lives under its config. */
type Finding = (typeof FINDINGS)[number]

/** What a record is about. */
export interface RecordName {
  scope: Scope
  service: string
  kind: RecordKind
}

/** A record's key below its dataspace, e.g. `services:weather:config`. */
export type RecordKey = string

const FINDINGS = ['cache', 'state', 'outdated', 'asked'] as const
const PLAIN = /^[A-Za-z0-9._~-]+$/
const LONE_SURROGATE = /\p{Surrogate}/u
const UNSAFE = /[^A-Za-z0-9._~\-\u0080-\u{10ffff}]/gu

/**
 * One segment of a key: everything but letters, digits, `. _ - ~` and non-ASCII is percent-encoded.
 * @throws `usage` for an empty text or one with a lone surrogate, which no encoding could bring back.
 */
export function encodeSegment(text: string): string {
  if (PLAIN.test(text)) return text
  if (text === '' || LONE_SURROGATE.test(text)) {
    throw new StorageError('usage', `${JSON.stringify(text)} cannot be part of a key`, {
      hint: 'Use a name of at least one valid Unicode character.',
    })
  }
  return text.replace(UNSAFE, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** The text that `encodeSegment` was given, or `undefined` if it never makes this segment. */
export function decodeSegment(segment: string): string | undefined {
  try {
    const text = decodeURIComponent(segment)
    return encodeSegment(text) === segment ? text : undefined
  } catch {
    return undefined
  }
}

export function recordKey({ scope, service, kind }: RecordName): RecordKey {
  return `${scopePrefix(scope)}services:${encodeSegment(service)}:${kind}`
}

/** What every key of a scope begins with, below its dataspace; the store's scope has no name of its own. */
export function scopePrefix(scope: Scope): string {
  return scope === 'store' ? '' : `agents:${encodeSegment(scope.agent)}:`
}

/** The name behind a key, or `undefined` if `recordKey` never makes it. */
export function parseRecordKey(key: RecordKey): RecordName | undefined {
  const match =
    /^(?:agents:([^:]+):)?services:([^:]+):(config|cache|state|outdated|asked|assignment|birth)$/.exec(key)
  if (!match) return undefined
  const agent = match[1] === undefined ? undefined : decodeSegment(match[1])
  const service = decodeSegment(match[2]!)
  if (service === undefined || (match[1] !== undefined && agent === undefined)) return undefined
  const scope: Scope = agent === undefined ? 'store' : { agent }
  const kind = match[3] as RecordKind
  const elsewhere = scope === 'store' ? 'assignment' : 'birth'
  return kind === elsewhere ? undefined : { scope, service, kind }
}

/** The record that must be live for this one to exist, or `undefined` if it stands by itself. */
export function parentKey(key: RecordKey): RecordKey | undefined {
  const end = key.lastIndexOf(':')
  const lives = (FINDINGS as readonly string[]).includes(key.slice(end + 1))
  return lives ? `${key.slice(0, end)}:config` : undefined
}

/** The records that die with this one. */
export function childKeys(key: RecordKey): RecordKey[] {
  if (!key.endsWith(':config')) return []
  const own = key.slice(0, -'config'.length)
  return FINDINGS.map((kind) => own + kind)
}

/** Whether records of this kind may be read without their values, as far as they have heads. */
export function mayBeUnread(key: RecordKey): boolean {
  return key.endsWith(':cache')
}

/** Whether concurrent writers of this record are told of each other. */
export function reportsConflicts(key: RecordKey): boolean {
  return key.endsWith(':config') || key.endsWith(':assignment')
}

/** Where the counters of one tool name lie, of the services of one scope. */
export function statsKey(tool: string, scope: Scope = 'store'): string {
  return `${scopePrefix(scope)}tools:${encodeSegment(tool)}:stats`
}

/** Where one finds which services of a scope offer a tool of this name. */
export function infoKey(tool: string, scope: Scope = 'store'): string {
  return `${scopePrefix(scope)}tools:${encodeSegment(tool)}:info`
}

/** One counter of one service, as a field of `statsKey`. */
export function statsField(service: string, counter: string): string {
  return `${encodeSegment(service)}:${encodeSegment(counter)}`
}

/** The config a counter lives under: `key` comes from `statsKey`, `field` from `statsField`. */
export function statsParent({ key, field }: { key: string; field: string }): RecordKey {
  const [scope = ''] = /^agents:[^:]+:/.exec(key) ?? []
  return `${scope}services:${field.slice(0, field.indexOf(':'))}:config`
}

export interface PrefixOptions {
  /** Puts the prefix into braces, so that a Redis Cluster keeps the dataspace in one slot. */
  hashTag?: boolean
}

/** What every key of a dataspace begins with. */
export function keyPrefix(
  namespace: string,
  dataspace: string,
  { hashTag = false }: PrefixOptions = {},
): string {
  const pair = `${encodeSegment(namespace)}:${encodeSegment(dataspace)}`
  return `${hashTag ? `{${pair}}` : pair}:`
}
