import type { Clock } from './clock.ts'
import { parentKey } from './keyspace.ts'
import { isStray, type StoredRecord, seenAfter } from './record.ts'
import { isFuture, type Stamp } from './stamp.ts'

/** A record from the future with a stamp of today. */
export interface Mended {
  record: StoredRecord
  /** The stamp it had. */
  from: Stamp
}

/**
 * Gives those of `records` a stamp of today that lie too far ahead of `now` (ms): configs first, then what names their
 * stamps as its basis.
 */
export function mendStrays(records: readonly StoredRecord[], now: number, clock: Clock): Mended[] {
  const renamed = new Map<Stamp, Stamp>()
  const mend = (record: StoredRecord): Mended => {
    const stamp = clock.tick()
    renamed.set(record.stamp, stamp)
    const basis = renamed.get(record.basis) ?? (isFuture(record.basis, now) ? stamp : record.basis)
    return { record: { ...record, stamp, basis, seen: seenAfter(record), rev: 0 }, from: record.stamp }
  }
  const strays = records.filter((record) => isStray(record, now))
  const roots = strays.filter(({ key }) => parentKey(key) === undefined)
  const leaves = strays.filter(({ key }) => parentKey(key) !== undefined)
  return [...roots, ...leaves].map(mend)
}
