import type { Backend } from './backend.ts'
import { Health } from './link/health.ts'
import { Housekeeping } from './link/housekeeping.ts'
import { Intake } from './link/intake.ts'
import { Link } from './link/link.ts'
import { Patience } from './link/patience.ts'
import { guarded, type Logger, silentLogger } from './logger.ts'
import { Mirror } from './mirror/mirror.ts'
import { Counts } from './outbox/counts.ts'
import { Outbox } from './outbox/outbox.ts'
import type { Machine } from './presence/machine.ts'
import { DEFAULT_BEAT_MS, Presence } from './presence/presence.ts'
import { Clock, randomId } from './records/clock.ts'
import type { Malformed } from './replica/malformed.ts'
import { Replica } from './replica/replica.ts'
import { Shown } from './replica/shown.ts'
import { Values, type ValuesPolicy } from './replica/values.ts'
import { Watchers } from './replica/watchers.ts'
import { systemTime, type Time } from './time.ts'
import { Author } from './writes/author.ts'

export interface DataspaceOptions {
  backend: Backend
  namespace: string
  dataspace: string
  logger?: Logger
  time?: Time
  /** How long the first write of an outage waits to be acknowledged, and how long `open` waits, in ms. */
  waitMs?: number
  /** The file that keeps what a backend far away has not taken; see `mirrorFile`. */
  mirror?: string | undefined
  /** `strict`: a write is sent first, and nothing is kept of one that was not taken. Default: `fallback`. */
  policy?: 'fallback' | 'strict'
  /** How often a backend that is far away is asked for a sign of life, in ms. Default: 10,000. */
  beatMs?: number
  /** What other processes are told of this one: the version of mcpstore. */
  version?: string
  /** The machine this process runs on, for tests of what others see. */
  machine?: Machine
  /** When the values of records are read that have a head. Default: `behind`. */
  values?: ValuesPolicy
}

/** What a dataspace is made of. */
export interface Parts {
  backend: Backend
  /** The id this process run is known by, and holds leases under. */
  node: string
  time: Time
  logger: Logger
  clock: Clock
  replica: Replica
  shown: Shown
  outbox: Outbox
  counts: Counts
  watchers: Watchers
  health: Health
  intake: Intake
  author: Author
  link: Link
  patience: Patience
  values: Values
  mirror: Mirror | undefined
  presence: Presence
  policy: 'fallback' | 'strict'
}

const DEFAULT_WAIT_MS = 2000
/** How often a process says that it is here where that costs others a look, in ms. */
const ANNOUNCE_MS = 30_000

/** Builds the parts and joins them. */
export function makeParts(options: DataspaceOptions): Parts {
  const { backend, time = systemTime, waitMs = DEFAULT_WAIT_MS, beatMs = DEFAULT_BEAT_MS } = options
  const logger = guarded(options.logger ?? silentLogger)
  const mirror = options.mirror === undefined ? undefined : new Mirror(options.mirror)
  // Stamps name it too, so that who wrote something can be told.
  const node = randomId(time)
  const outbox = new Outbox(mirror?.keeper)
  const watchers = new Watchers(logger)
  const health = new Health({
    name: backend.kind,
    time,
    logger,
    backlog: () => outbox.size,
    suspectMs: waitMs,
    onState: (state, before) => watchers.tellState(state, before),
  })
  const clock = new Clock(time, node)
  const presence = new Presence({
    backend,
    node,
    time,
    clock,
    beatMs: backend.beat ? beatMs : ANNOUNCE_MS,
    version: options.version,
    machine: options.machine,
    onMalformed: (malformed) => watchers.tellMalformed(malformed),
  })
  const counts = new Counts(node, mirror?.keeper)
  const replica = new Replica(mirror?.keeper, {
    onCounter: (counter) => watchers.tellCounted(counter),
    onSetAside: (key, problem) => {
      logger.warn(`storage: the record ${key} was set aside: ${problem}`)
      watchers.tellMalformed({ key, problem })
    },
  })
  const base = {
    backend,
    node,
    time,
    logger,
    clock,
    replica,
    shown: new Shown({ clock, counts, replica, watchers }),
    outbox,
    counts,
    watchers,
    health,
    patience: new Patience(time, waitMs),
    mirror,
    presence,
    policy: options.policy ?? 'fallback',
  }
  const intake: Intake = new Intake({ ...base, onUnread: () => values.onUnread() })
  const values: Values = new Values({ ...base, intake, policy: options.values ?? 'behind' })
  return {
    ...base,
    intake,
    values,
    author: new Author(base),
    link: new Link({
      ...base,
      housekeeping: new Housekeeping(base),
      events: intake,
      beatMs,
      onMalformed: hearing(logger, watchers),
    }),
  }
}

/** Tells of hints that are none; whoever floods the channel floods no log. */
function hearing(logger: Logger, watchers: Watchers): (malformed: Malformed) => void {
  let isLogged = false
  return (malformed) => {
    if (!isLogged) logger.warn(`storage: ${malformed.key}: ${malformed.problem}`)
    isLogged = true
    watchers.tellMalformed(malformed)
  }
}
