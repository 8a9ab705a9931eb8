import type { Backend } from '../backend.ts'
import { type StoredRecord, seenAfter } from '../records/record.ts'
import { formatStamp, NO_STAMP, type Stamp } from '../records/stamp.ts'

/** The time every case begins at, ms since 1970. */
export const START = 1_700_000_000_000

/** A stamp `ms` after the start, by a node named by one letter. */
export function at(ms: number, node = 'a'): Stamp {
  return formatStamp(START + ms, 0, node.padEnd(10, '0'))
}

export const CONFIG = 'services:weather:config'
export const CACHE = 'services:weather:cache'
export const STATE = 'services:weather:state'

/** A record of the config, unless said otherwise. */
export function record(fields: Partial<StoredRecord> & { stamp: Stamp }): StoredRecord {
  return { key: CONFIG, json: '{"n":1}', basis: NO_STAMP, seen: [], rev: 0, expires: null, ...fields }
}

/** A record written by somebody who had seen `before`. */
export function after(before: StoredRecord, fields: Partial<StoredRecord> & { stamp: Stamp }): StoredRecord {
  return record({ key: before.key, seen: seenAfter(before), ...fields })
}

/** Merges records one by one and returns the verdicts. */
export async function merge(backend: Backend, ...records: StoredRecord[]): Promise<string[]> {
  const replies = await backend.merge(records.map((one) => ({ record: one })))
  return replies.map(({ verdict }) => verdict)
}

/** The stored records by key, as value and stamp. */
export async function stored(
  backend: Backend,
): Promise<Record<string, { json: string | null; stamp: Stamp }>> {
  const { records } = await backend.pull(0)
  return Object.fromEntries(records.map(({ key, json, stamp }) => [key, { json, stamp }]))
}
