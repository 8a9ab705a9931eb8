import type { Durability } from './backend.ts'
import type { Json } from './json.ts'
import type { RecordKey } from './keyspace.ts'
import type { Entry } from './replica.ts'
import type { Stamp } from './stamp.ts'

/** One value to write; `undefined` deletes. */
export interface Put {
  key: RecordKey
  value: Json | undefined
  /** The stamp of the config it was made under. */
  basis?: Stamp
  /** When it ends by itself, ms since 1970. */
  expires?: number
  /** From `Dataspace.tick`, taken when what the value says began to be found out; what is newer by then stays. */
  stamp?: Stamp
}

export interface PutResult {
  /**
   * `unchanged`: the same value was there, nothing was written. `outdated`: it is not what is stored, somebody else's
   * newer value or a clear is.
   */
  status: 'written' | 'unchanged' | 'outdated'
  stamp: Stamp
  /** The strongest place that is known to hold it. */
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
