import type { Outbox } from '../outbox/outbox.ts'
import type { RecordKey } from '../records/keyspace.ts'
import { isWhole, type KnownRecord } from '../records/record.ts'
import type { Replica } from '../replica/replica.ts'
import type { Watchers } from '../replica/watchers.ts'

interface Parts {
  outbox: Outbox
  replica: Replica
  watchers: Watchers
}

/** Puts what the backend has lost, or has older, into the outbox. */
export function restoreLost(
  { outbox, replica }: Parts,
  there: readonly KnownRecord[],
  unchanged: ReadonlySet<RecordKey>,
): void {
  const stamps = new Map(there.map(({ key, stamp }) => [key, stamp]))
  for (const record of replica.records()) {
    const same = unchanged.has(record.key) || stamps.get(record.key) === record.stamp
    if (!same && isWhole(record) && !outbox.has(record.stamp)) outbox.add({ record })
  }
}

/**
 * Gives up those `among` these records that are known by their heads only and are not what the backend has: nobody could give them back
 * to it from here, and others may.
 */
export function giveUpLost(
  parts: Parts,
  there: readonly Pick<KnownRecord, 'key' | 'stamp'>[],
  among: readonly RecordKey[],
): void {
  const stamps = new Map(there.map(({ key, stamp }) => [key, stamp]))
  for (const key of among) {
    const here = parts.replica.record(key)
    if (!here || isWhole(here) || here.stamp === stamps.get(key)) continue
    parts.replica.remove(key)
    parts.watchers.tell({ key, entry: undefined, origin: 'remote' })
  }
}
