import type { Counts } from '../outbox/counts.ts'
import type { Clock } from '../records/clock.ts'
import type { KnownRecord, StoredRecord } from '../records/record.ts'
import type { Stamp } from '../records/stamp.ts'
import type { Replica } from './replica.ts'
import type { Change, Watchers } from './watchers.ts'

export interface ShownParts {
  clock: Clock
  counts: Counts
  replica: Replica
  watchers: Watchers
}

/** What the readers see, and that those who watch are told of what becomes of it. */
export class Shown {
  readonly #parts: ShownParts

  constructor(parts: ShownParts) {
    this.#parts = parts
  }

  /** Shows a record if it supersedes what is seen. */
  take(record: KnownRecord, origin: Change['origin']): void {
    const { clock, replica } = this.#parts
    if (replica.take(record, clock.now())) this.#tell(record, origin)
  }

  /** Shows what another one has written who was quicker to mend the same record, in the place of ours. */
  takeBack(ours: StoredRecord, theirs: StoredRecord): void {
    const { replica } = this.#parts
    if (replica.record(ours.key)?.stamp !== ours.stamp) return
    replica.put(theirs)
    this.#tell(theirs, 'remote')
  }

  /** Drops everything up to the stamp of a clear. */
  clear(stamp: Stamp, origin: Change['origin']): void {
    const { clock, counts, replica } = this.#parts
    clock.follow(stamp)
    counts.clear(stamp)
    this.tellGone(replica.clear(stamp, clock.now()), { origin, cleared: stamp })
  }

  /** These were seen until now. */
  tellGone(records: readonly KnownRecord[], how: Pick<Change, 'origin' | 'cleared'>): void {
    for (const { key, json } of records) {
      if (json !== null) this.#parts.watchers.tell({ key, entry: undefined, ...how })
    }
  }

  #tell(record: KnownRecord, origin: Change['origin']): void {
    const { clock, counts, replica, watchers } = this.#parts
    clock.follow(record.stamp)
    if (record.json === null) counts.forget(record.key)
    const { key } = record
    watchers.tell({
      key,
      // What nobody looks at need not be read.
      get entry() {
        return replica.get(key, clock.now())
      },
      origin,
    })
  }
}
