import type { Write } from './backend.ts'
import type { Clock } from './clock.ts'
import { parentKey } from './keyspace.ts'
import { type StoredRecord, seenAfter } from './record.ts'
import { isFuture, type Stamp } from './stamp.ts'

/** A write that gives a record from the future a stamp of today, if it still has the old one. */
export type Restamped = Write & { replaces: Stamp }

/**
 * Mends those of `records` whose stamp or basis lies too far ahead of `now` (ms): configs first, then what names
 * their stamps as its basis.
 */
export function restampFuture(records: readonly StoredRecord[], now: number, clock: Clock): Restamped[] {
  const renamed = new Map<Stamp, Stamp>()
  const mend = (record: StoredRecord): Restamped => {
    const stamp = clock.tick()
    renamed.set(record.stamp, stamp)
    const basis = renamed.get(record.basis) ?? (isFuture(record.basis, now) ? stamp : record.basis)
    return { record: { ...record, stamp, basis, seen: seenAfter(record), rev: 0 }, replaces: record.stamp }
  }
  const future = records.filter(({ stamp, basis }) => isFuture(stamp, now) || isFuture(basis, now))
  const roots = future.filter(({ key }) => parentKey(key) === undefined)
  const leaves = future.filter(({ key }) => parentKey(key) !== undefined)
  return [...roots, ...leaves].map(mend)
}
