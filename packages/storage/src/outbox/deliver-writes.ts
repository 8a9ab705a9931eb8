import type { Backend } from '../backend.ts'
import type { LinkEvents } from '../link/link-events.ts'
import type { Outbox } from './outbox.ts'

export interface WriteParts {
  backend: Backend
  events: LinkEvents
  outbox: Outbox
}

export interface WriteOptions {
  /** A write was accepted as this revision. */
  accepted(rev: number): void
  /** Has what has changed read later. */
  look(): void
  /** What else there is to do, where new writes came while the others were sent. */
  between(): Promise<void>
}

/** Sends every write that waits. */
export async function deliverWrites(
  { backend, events, outbox }: WriteParts,
  { accepted, look, between }: WriteOptions,
): Promise<void> {
  while (outbox.size > 0) {
    for (const batch of outbox.batches()) {
      const replies = await backend.merge(batch)
      for (const { rev } of replies) if (rev !== undefined) accepted(rev)
      if (events.onReplies(batch, replies)) look()
      // A backlog of thousands must not keep the host from everything else.
      if (outbox.size > 0) await new Promise((resolve) => setImmediate(resolve))
    }
    if (outbox.size > 0) await between()
  }
}
