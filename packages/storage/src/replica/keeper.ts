import type { Counter, Write } from '../backend.ts'
import type { RecordKey } from '../records/keyspace.ts'
import type { KnownRecord } from '../records/record.ts'
import type { Stamp } from '../records/stamp.ts'

/** What a process run has counted in all, and how much of that the backend is known to have. */
export interface RunTotal extends Counter {
  sent: number
}

/** Who keeps a copy of replica, outbox and counts: told of everything that changes in them. */
export interface Keeper {
  /** Another version of this record is shown. */
  onRecord(key: RecordKey): void
  /** This version was dropped. */
  onRemoved(record: KnownRecord): void
  /** A total that is shown; 0 for one that is gone. */
  onCounter(counter: Counter): void
  /** Everything up to a later clear was dropped. */
  onCleared(): void
  /** A write waits. */
  onQueued(write: Write): void
  /** It waits no more: the backend has it, or a later write that had seen it waits in its place. */
  onSettled(stamp: Stamp): void
  /** What this run has counted in all; `due` while the backend does not have it. */
  onCounted(counter: RunTotal, due: boolean): void
}
