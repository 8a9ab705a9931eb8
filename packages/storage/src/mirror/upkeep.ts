import { asBackendError, type BackendError } from '../link/health.ts'
import { Patience } from '../link/patience.ts'
import type { Logger } from '../logger.ts'
import type { Time } from '../time.ts'

export interface UpkeepOptions {
  time: Time
  logger: Logger
  patience: Patience
  /** Reads and keeps a bit, in one go. */
  exchange: () => Promise<void>
  /** Whether there is more to read or to keep. */
  hasMore: () => boolean
  /** Whether there may be something to read. */
  isChanged: () => boolean
  /** The file is of no use until it is opened anew. */
  shut: () => void
}

/** How often to look for other processes' writes, in ms. */
const POLL_MS = 250
/** How long what the backend has already may wait to be kept, in ms. */
const LATER_MS = 50
/** How long a file that is locked may hold up the start, in ms. */
const START_MS = 300
/** How long a file that cannot be used is left alone, in ms: twice as long each time. */
const REOPEN_FIRST_MS = 250
const REOPEN_LAST_MS = 8000

/** When a file is read and written: one exchange at a time, soon after a change, and again after a failure. */
export class Upkeep {
  readonly #options: UpkeepOptions
  #problem: BackendError | undefined
  #running: Promise<void> | undefined
  #failures = 0
  #reopenAt = 0
  #cancelLater: (() => void) | undefined
  #cancelPoll: (() => void) | undefined

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  /** Why the file cannot be kept, if so. */
  get problem(): BackendError | undefined {
    return this.#problem
  }

  async start(): Promise<void> {
    await this.drain({ patience: new Patience(this.#options.time, START_MS) })
    this.#poll()
  }

  /** Something has changed that is to be kept. */
  changed(): void {
    // A file with a problem is looked at from time to time anyway.
    if (this.#problem || !this.#cancelPoll) return
    this.#cancelLater ??= this.#options.time.after(LATER_MS, () => {
      this.#cancelLater = undefined
      void this.drain()
    })
  }

  /**
   * Exchanges until there is nothing more, or until it is enough, by turns with the host. Waits for a file that is
   * locked, unless that is known. Never throws.
   */
  async drain({
    until = () => !this.#options.hasMore(),
    patience = this.#options.patience,
  }: {
    until?: () => boolean
    patience?: Patience
  } = {}): Promise<void> {
    for (;;) {
      await this.#step(patience)
      if (this.#problem || until()) return
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async close(): Promise<void> {
    this.#cancelPoll?.()
    await this.drain()
    this.#cancelPoll = undefined
    this.#cancelLater?.()
  }

  #step(patience: Patience): Promise<void> {
    this.#running ??= this.#attempt(patience).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #attempt(patience: Patience): Promise<void> {
    const { exchange } = this.#options
    try {
      await (this.#problem ? exchange() : patience.ask(exchange))
      this.#succeeded()
    } catch (thrown) {
      this.#failed(asBackendError(thrown))
    }
  }

  #poll(): void {
    const { isChanged, time } = this.#options
    if (this.#problem ? time.monotonic() >= this.#reopenAt : isChanged()) void this.drain()
    this.#cancelPoll = time.after(POLL_MS, () => this.#poll())
  }

  #succeeded(): void {
    if (this.#problem) this.#options.logger.info('storage: the mirror is kept again')
    this.#problem = undefined
    this.#failures = 0
  }

  #failed(error: BackendError): void {
    const { logger, shut, time } = this.#options
    if (!this.#problem) logger.warn(`storage: the mirror is not kept: ${error.message}`)
    this.#problem = error
    if (error.state !== 'down') return
    shut()
    this.#reopenAt = time.monotonic() + Math.min(REOPEN_FIRST_MS * 2 ** this.#failures++, REOPEN_LAST_MS)
  }
}
