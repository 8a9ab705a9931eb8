import type { Counter, Write } from '../backend.ts'
import type { StoredRecord } from '../records/record.ts'
import type { Stamp } from '../records/stamp.ts'
import type { RunTotal } from '../replica/keeper.ts'

/** Which dataspace it is. */
export interface Origin {
  /** The ids it is known by. */
  ids: readonly string[]
  /** The history it was last seen in; empty where that is not known. */
  history: string
}

/** `due` while the backend does not have it. */
export interface Total extends RunTotal {
  due: boolean
}

/** What one process run has counted, and the backend does not have all of. */
export interface Share {
  node: string
  /** The clear it was counted under. */
  cleared: Stamp
  totals: RunTotal[]
}

/** What one transaction puts into the file. */
export interface Batch {
  writes: readonly Write[]
  totals: readonly Total[]
  /** Writes that wait no more. */
  settled: readonly Stamp[]
  /** As readers see them. */
  records: readonly StoredRecord[]
  /** What was dropped, in exactly this version. */
  removed: readonly Pick<StoredRecord, 'key' | 'stamp'>[]
  /** As readers see them; 0 for what is gone. */
  counters: readonly Counter[]
  /** News of where all this belongs. */
  origin: Origin | undefined
}

/** Who puts it there, and when. */
export interface Keeping {
  node: string
  /** The last clear that is known. */
  cleared: Stamp
  /** The clear that the totals were counted under. */
  countedSince: Stamp
  /** The server's time as far as it is known, ms since 1970. */
  now: number
  /** Server time minus that of this machine, in ms. */
  offset: number
}

/** What other processes have put into the file since the last look. */
export interface Kept {
  origin: Origin
  /** Server time minus that of this machine, in ms, as it was measured last. */
  offset: number
  cleared: Stamp
  records: StoredRecord[]
  counters: Counter[]
  /** Writes that wait. */
  writes: Write[]
  /** The stamps of those that cannot be read. */
  unreadable: Stamp[]
  /** All that wait, if some do no more. */
  waiting: ReadonlySet<Stamp> | undefined
  /** Whether there is more than was read. */
  more: boolean
}
