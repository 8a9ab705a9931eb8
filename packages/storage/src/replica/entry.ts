import type { Json } from '../records/json.ts'
import type { RecordKey } from '../records/keyspace.ts'
import type { Stamp } from '../records/stamp.ts'

/** A live record as a reader sees it. */
export interface Entry {
  readonly key: RecordKey
  /** Frozen: share it, do not change it. */
  readonly value: Json
  readonly stamp: Stamp
  readonly basis: Stamp
}

/** What is known of a live record without its value. */
export interface EntryHead extends Omit<Entry, 'value'> {
  /** Frozen; `undefined` where its writer gave it none, or none that can be read. */
  readonly head: Json | undefined
  /** Whether the value is here: else it is left out of every reading until it was loaded. */
  readonly isLoaded: boolean
}
