import type { Outbox } from '../outbox/outbox.ts'
import type { Clock } from '../records/clock.ts'
import type { KnownRecord } from '../records/record.ts'
import { stampAfter } from '../records/restamp.ts'
import { NO_STAMP, type Stamp } from '../records/stamp.ts'
import type { Replica } from '../replica/replica.ts'

interface Parts {
  clock: Clock
  outbox: Outbox
  replica: Replica
}

/**
 * What was never sent was not removed with what there was before `began`: it gets a stamp after that, in the same order.
 * What had been cleared before stays so.
 */
export function sendAfter({ clock, outbox, replica }: Parts, began: Stamp): void {
  const unsent = outbox.all().map(({ record }) => record)
  const cleared = replica.cleared === began ? NO_STAMP : replica.cleared
  const early = unsent.filter(({ stamp }) => stamp <= began && stamp > cleared)
  for (const { record, from } of stampAfter(began, early, clock)) {
    outbox.replace(from, { record })
    if (replica.record(record.key)?.stamp === from) replica.put(record)
  }
}

/** Drops all but what was never sent. Returns what is gone. */
export function dropDelivered({ outbox, replica }: Parts): KnownRecord[] {
  const delivered = replica.records().filter(({ stamp }) => !outbox.has(stamp))
  for (const { key } of delivered) replica.remove(key)
  return delivered
}
