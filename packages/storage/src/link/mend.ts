import type { Outbox } from '../outbox/outbox.ts'
import type { Clock } from '../records/clock.ts'
import { isWhole, type KnownRecord } from '../records/record.ts'
import { mendStrays } from '../records/restamp.ts'
import type { Replica } from '../replica/replica.ts'

/**
 * Gives records from the future a stamp of today: unsent ones as they are, others only if nobody else has changed
 * them since.
 */
export function mend(
  { clock, outbox, replica }: { clock: Clock; outbox: Outbox; replica: Replica },
  records: readonly KnownRecord[],
  now: number,
): void {
  // What is not here cannot be written again: whoever has its value mends it.
  for (const { record, from } of mendStrays(records.filter(isWhole), now, clock)) {
    const shown = replica.record(record.key)?.stamp === from
    if (outbox.has(from)) outbox.replace(from, { record })
    else if (shown) outbox.add({ record, if: from })
    if (shown) replica.put(record)
  }
}
