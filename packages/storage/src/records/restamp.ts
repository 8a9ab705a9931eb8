import type { Clock } from './clock.ts'
import { isStray, type StoredRecord, seenAfter } from './record.ts'
import { isFuture, NO_STAMP, type Stamp } from './stamp.ts'

/** A record with another stamp than it had. */
export interface Restamped {
  record: StoredRecord
  /** The stamp it had. */
  from: Stamp
}

/**
 * Gives those of `records` a stamp of today that lie too far ahead of `now` (ms): first what others name as their basis,
 * then those.
 */
export function mendStrays(records: readonly StoredRecord[], now: number, clock: Clock): Restamped[] {
  const renamed = new Map<Stamp, Stamp>()
  const mend = (record: StoredRecord): Restamped => {
    const stamp = clock.tick()
    renamed.set(record.stamp, stamp)
    const basis = renamed.get(record.basis) ?? (isFuture(record.basis, now) ? stamp : record.basis)
    return { record: { ...record, stamp, basis, seen: seenAfter(record), rev: 0 }, from: record.stamp }
  }
  return rootsFirst(records.filter((record) => isStray(record, now))).map(mend)
}

/** Gives `records` stamps right after `began` in the order of those they had; what names these as its basis follows. */
export function stampAfter(began: Stamp, records: readonly StoredRecord[], clock: Clock): Restamped[] {
  const stamps = records.map(({ stamp }) => stamp).sort()
  const renamed = new Map(clock.after(began, stamps.length).map((stamp, at) => [stamps[at]!, stamp]))
  return rootsFirst(records).map((record) => {
    const stamp = renamed.get(record.stamp)!
    const basis = renamed.get(record.basis) ?? record.basis
    return { record: { ...record, stamp, basis, seen: seenAfter(record), rev: 0 }, from: record.stamp }
  })
}

function rootsFirst(records: readonly StoredRecord[]): StoredRecord[] {
  const isRoot = ({ basis }: StoredRecord) => basis === NO_STAMP
  return [...records.filter(isRoot), ...records.filter((record) => !isRoot(record))]
}
