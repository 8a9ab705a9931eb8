import type { Durability } from '../backend.ts'
import { encodeHead, encodeValue, type Json } from '../records/json.ts'
import type { RecordKey } from '../records/keyspace.ts'
import type { Stamp } from '../records/stamp.ts'
import type { Entry } from '../replica/entry.ts'

/** One value to write; `undefined` deletes. */
export interface Put {
  key: RecordKey
  value: Json | undefined
  /** What readers want to know without the value; one that is too large is left out. See `Dataspace.head`. */
  head?: Json
  /** The stamp of the config it was made under. */
  basis?: Stamp
  /** When it ends by itself, ms since 1970. */
  expires?: number
  /** From `Dataspace.tick`, taken when what the value says began to be found out; what is newer by then stays. */
  stamp?: Stamp
}

export type PutOptions = Omit<Put, 'key' | 'value'>

/** A put whose value is already text. */
export type EncodedPut = Omit<Put, 'value' | 'head'> & { json: string | null; head?: string | undefined }

/** @throws `usage` for a value that cannot be stored */
export function encodedPut({ value, head, ...put }: Put): EncodedPut {
  if (value === undefined) return { ...put, json: null }
  return { ...put, json: encodeValue(put.key, value), head: head === undefined ? head : encodeHead(head) }
}

export interface PutResult {
  /**
   * `unchanged`: the same value was there, nothing was written. `outdated`: it is not what is stored, somebody else's
   * newer value or a clear is, or what was there before, where there is a `problem`.
   */
  status: 'written' | 'unchanged' | 'outdated'
  stamp: Stamp
  /** The strongest place that is known to hold it; `memory` where none does, as it was refused under `strict`. */
  durable: Durability
  /** Why the backend refused it for its own sake. */
  problem?: string
}

/** Nothing was written: something else is stored. */
export interface PutRefused {
  status: 'refused'
  current: Entry | undefined
  /** Why the backend refused it for its own sake. */
  problem?: string
}
