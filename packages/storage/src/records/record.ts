import { MAX_HEAD_BYTES, MAX_VALUE_BYTES } from './json.ts'
import { parseRecordKey, type RecordKey } from './keyspace.ts'
import { isFuture, isStamp, NO_STAMP, type Stamp, stampNode } from './stamp.ts'

/** The newest superseded stamp of each node, newest first. */
export type Seen = readonly Stamp[]

const SEEN_NODES = 8

/** What is known of a record beside its value. */
export interface RecordFacts {
  key: RecordKey
  /** What readers want to know without the value, as JSON text; where there is none the value has to be read. */
  head?: string
  stamp: Stamp
  /** The stamp of the config this was made under; `NO_STAMP` for what stands by itself. */
  basis: Stamp
  /** What the writer knew it was replacing. */
  seen: Seen
  /** The backend's revision at which it changed; 0 until a backend has taken it. */
  rev: number
  /** When it ends by itself, ms since 1970, or `null` for never. */
  expires: number | null
}

/** One small JSON value with the stamp that decides which of two writes stays. */
export interface StoredRecord extends RecordFacts {
  /** The value as JSON text, or `null` for a tombstone. */
  json: string | null
}

/** A record with a value that was left out when it was read. It is shown, and never written anywhere. */
export interface UnreadRecord extends RecordFacts {
  json: undefined
  head: string
}

/** What a reader has of a record. */
export type KnownRecord = StoredRecord | UnreadRecord

/** Whether the value is here. */
export function isWhole(record: KnownRecord): record is StoredRecord {
  return record.json !== undefined
}

/** The same without its value. */
export function unread({ json: _, ...facts }: StoredRecord, head: string): UnreadRecord {
  return { ...facts, head, json: undefined }
}

/** Whether `a` stands when both meet: the later basis, then the later stamp. */
export function outranks(a: RecordFacts, b: RecordFacts): boolean {
  return a.basis === b.basis ? a.stamp > b.stamp : a.basis > b.basis
}

/** Whether a record lies further ahead of `now` (ms) than anyone may be, so that nothing could ever outrank it. */
export function isStray({ stamp, basis }: RecordFacts, now: number): boolean {
  return isFuture(stamp, now) || isFuture(basis, now)
}

/** Whether `write` takes the place of `stored`: it outranks it, or mends a stray one its writer had seen. */
export function supersedes(write: RecordFacts, stored: RecordFacts, now: number): boolean {
  return outranks(write, stored) || (isStray(stored, now) && covers(write.seen, stored.stamp))
}

/** Whether a writer that had seen `seen` knew of `stamp`, or of something later by the same node. */
export function covers(seen: Seen, stamp: Stamp): boolean {
  const node = stampNode(stamp)
  return seen.some((known) => known >= stamp && stampNode(known) === node)
}

/** What a write that replaces `record` has seen. */
export function seenAfter(record: RecordFacts | undefined): Seen {
  if (!record) return []
  const newest = new Map<string, Stamp>()
  for (const stamp of [record.stamp, ...record.seen].sort().reverse()) {
    if (!newest.has(stampNode(stamp))) newest.set(stampNode(stamp), stamp)
  }
  return [...newest.values()].slice(0, SEEN_NODES)
}

/** Whether a record has a value at `now` (ms). */
export function isLive<Known extends KnownRecord>(record: Known | undefined, now: number): record is Known {
  return record !== undefined && record.json !== null && (record.expires === null || record.expires > now)
}

/** Whether both hold the same value, or both none. */
export function sameValue(a: StoredRecord, b: StoredRecord): boolean {
  return a.json === b.json
}

/** What is wrong with a key that holds nothing of ours. */
export const FOREIGN = 'its key holds something that is no record of mcpstore'

/** What is wrong with something that was read as a record, or `undefined` if nothing is. */
export function recordProblem(
  read: Record<Exclude<keyof StoredRecord, 'head'>, unknown> & { head?: unknown },
): string | undefined {
  const { key, json, head = '', stamp, basis, seen, rev, expires } = read
  if (typeof key !== 'string' || !parseRecordKey(key)) return 'its key is not one of a record'
  if (json === undefined && stamp === undefined) return FOREIGN
  // One that was left out is judged when it is read.
  const isLeftOut = json === undefined && head !== ''
  if (json !== null && typeof json !== 'string' && !isLeftOut) return 'its value is not text'
  if (typeof head !== 'string') return 'its head is not text'
  if (Buffer.byteLength(head) > MAX_HEAD_BYTES) return 'its head is too large'
  if (typeof json === 'string' && Buffer.byteLength(json) > MAX_VALUE_BYTES) return 'its value is too large'
  if (!isStamp(stamp)) return 'its stamp is malformed'
  if (basis !== NO_STAMP && !isStamp(basis)) return 'its basis is malformed'
  if (!Array.isArray(seen) || !seen.every(isStamp)) return 'its list of seen stamps is malformed'
  if (!Number.isSafeInteger(rev)) return 'its revision is not a number'
  if (expires !== null && !Number.isSafeInteger(expires)) return 'its expiry is not a number'
  return undefined
}
