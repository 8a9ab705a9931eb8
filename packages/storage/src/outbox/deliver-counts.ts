import type { Backend } from '../backend.ts'
import type { LinkEvents } from '../link/link-events.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { randomId } from '../records/clock.ts'
import { statsParent } from '../records/keyspace.ts'
import type { Time } from '../time.ts'
import type { Counts } from './counts.ts'
import type { Outbox } from './outbox.ts'

export interface CountParts {
  backend: Backend
  outbox: Outbox
  counts: Counts
  events: LinkEvents
  mirror: Mirror | undefined
  time: Time
}

export interface CountOptions {
  /** Whether to deliver, too, what runs that have ended counted and nobody delivered. */
  others: boolean
  /** What was counted was accepted as this revision. */
  accepted(rev: number): void
  /** Reads what has changed. */
  read(): Promise<void>
  /** Has what has changed read later. */
  look(): void
}

/** Sends what was counted and the backend does not have. */
export async function deliverCounts(
  { backend, outbox, counts, events, mirror, time }: CountParts,
  { others, accepted, read, look }: CountOptions,
): Promise<void> {
  // Under a config that the backend does not have yet nothing is counted.
  const totals = counts.unsent().filter((counter) => !outbox.holds(statsParent(counter)))
  if (totals.length > 0) {
    const reply = await backend.count(counts.node, counts.cleared, totals)
    if (reply.counted) {
      // What others counted is in the new totals too, so they are known before they are believed to be in there.
      for (const rev of reply.now?.revs ?? []) accepted(rev)
      if (!reply.now) await read()
      events.onCounted(totals, reply)
    } else look()
    if (reply.folded) {
      mirror?.removeRun(counts.node)
      events.onFolded(counts.countAnew(randomId(time), totals))
    }
  }
  for (const share of others ? (mirror?.shares() ?? []) : []) {
    // After a later clear it is worth nothing any more; what was refused for its own sake may be taken another time.
    const { refused, folded } = await backend.count(share.node, share.cleared, share.totals)
    if (folded) events.onFolded(share.totals.reduce((sum, { total }) => sum + total, 0))
    if (refused.length === 0) mirror?.removeShare(share)
    look()
  }
}
