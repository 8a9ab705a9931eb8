import type { Backend } from '../backend.ts'
import type { Logger } from '../logger.ts'
import type { Counts } from '../outbox/counts.ts'
import type { Time } from '../time.ts'
import type { Health } from './health.ts'

const HOUR_MS = 3_600_000
/** How long after its start a run does this for the first time, in ms: most commands are over by then. */
const FIRST_MS = 60_000
/** For how long a node has to have been silent before its share is folded, in ms. */
const SILENT_MS = 7 * 24 * HOUR_MS
const LEASE = 'fold'

interface HousekeepingParts {
  backend: Backend
  counts: Counts
  health: Health
  logger: Logger
  /** The id this run holds leases under. */
  node: string
  time: Time
}

/** What is done for a dataspace once an hour. */
export class Housekeeping {
  readonly #parts: HousekeepingParts
  #cancel = () => {}

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
  }

  start(): void {
    this.#cancel = this.#parts.time.after(FIRST_MS, () => this.#run())
  }

  stop(): void {
    this.#cancel()
  }

  #run(): void {
    const { logger, time } = this.#parts
    this.#cancel = time.after(HOUR_MS, () => this.#run())
    // Where it cannot be done now, an hour later will do.
    void this.#keepHouse().catch((error: Error) =>
      logger.debug(`storage: nothing was folded: ${error.message}`),
    )
  }

  /**
   * Says that this run goes on counting, and has what nodes counted that were silent for a week forgotten, once by whoever
   * asks first. The lease is never given back, so that it lasts the hour; to fold twice folds once.
   */
  async #keepHouse(): Promise<void> {
    const { backend, counts, health, logger, node } = this.#parts
    if (!backend.fold || !health.good) return
    await backend.stay?.(counts.node)
    if ((await backend.lease(LEASE, node, HOUR_MS)) > 0) return
    const folded = await backend.fold(SILENT_MS)
    if (folded > 0)
      logger.info(`storage: the shares of ${folded} runs that were silent for a week were folded`)
  }
}
