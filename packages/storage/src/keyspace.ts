import { StorageError } from './errors.ts'

/** Whose records: the store's own, or one agent's. */
export type Scope = 'store' | { agent: string }

export type RecordKind = 'config' | 'cache' | 'state' | 'assignment'

/** What a record is about. */
export interface RecordName {
  scope: Scope
  service: string
  kind: RecordKind
}

/** A record's key below its dataspace, e.g. `services:weather:config`. */
export type RecordKey = string

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
  const own = scope === 'store' ? '' : `agents:${encodeSegment(scope.agent)}:`
  return kind === 'assignment'
    ? `${own}assignments:${encodeSegment(service)}`
    : `${own}services:${encodeSegment(service)}:${kind}`
}

/** The name behind a key, or `undefined` if `recordKey` never makes it. */
export function parseRecordKey(key: RecordKey): RecordName | undefined {
  const match = /^(?:agents:([^:]+):)?(?:services:([^:]+):(config|cache|state)|assignments:([^:]+))$/.exec(
    key,
  )
  if (!match) return undefined
  const agent = match[1] === undefined ? undefined : decodeSegment(match[1])
  const service = decodeSegment((match[2] ?? match[4])!)
  if (service === undefined || (match[1] !== undefined && agent === undefined)) return undefined
  const scope: Scope = agent === undefined ? 'store' : { agent }
  const kind = (match[3] ?? 'assignment') as RecordKind
  return scope === 'store' && kind === 'assignment' ? undefined : { scope, service, kind }
}

/** The record that must be live for this one to exist, or `undefined` if it stands by itself. */
export function parentKey(key: RecordKey): RecordKey | undefined {
  const lives = key.endsWith(':cache') || key.endsWith(':state')
  return lives ? `${key.slice(0, key.lastIndexOf(':'))}:config` : undefined
}

/** The records that die with this one. */
export function childKeys(key: RecordKey): RecordKey[] {
  if (!key.endsWith(':config')) return []
  const own = key.slice(0, -'config'.length)
  return [`${own}cache`, `${own}state`]
}

/** Whether concurrent writers of this record are told of each other: of all that stands by itself. */
export function reportsConflicts(key: RecordKey): boolean {
  return parentKey(key) === undefined
}

/** Where the counters of one tool name lie. */
export function statsKey(tool: string): string {
  return `tools:${encodeSegment(tool)}:stats`
}

/** Where one finds who offers a tool of this name. */
export function infoKey(tool: string): string {
  return `tools:${encodeSegment(tool)}:info`
}

/** One counter of one service, as a field of `statsKey`. */
export function statsField(service: string, counter: string): string {
  return `${encodeSegment(service)}:${encodeSegment(counter)}`
}

/** The config a counter lives under. */
export function statsParent(field: string): RecordKey {
  return `services:${field.slice(0, field.indexOf(':'))}:config`
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
