import type { Backend } from '../backend.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Counts } from '../outbox/counts.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Presence } from '../presence/presence.ts'
import type { Malformed } from '../replica/malformed.ts'
import type { Time } from '../time.ts'
import type { Health } from './health.ts'
import type { Housekeeping } from './housekeeping.ts'
import type { LinkEvents } from './link-events.ts'

/** What the link works with. */
export interface LinkOptions {
  backend: Backend
  /** Where what the backend has not taken is kept. */
  mirror: Mirror | undefined
  housekeeping: Housekeeping
  outbox: Outbox
  counts: Counts
  /** The id this run is known by. */
  node: string
  health: Health
  presence: Presence
  time: Time
  events: LinkEvents
  /** How often a backend that is far away is asked for a sign of life, in ms. */
  beatMs: number
  /** A hint was none; nothing else is known to be wrong. */
  onMalformed(malformed: Malformed): void
}
