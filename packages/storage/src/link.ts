import type { Backend, Counter, MergeReply, Page, Write } from './backend.ts'
import type { Counts } from './counts.ts'
import { asBackendError, type Health } from './health.ts'
import type { Outbox } from './outbox.ts'
import type { Time } from './time.ts'

/** What the link reports to the dataspace, which decides what it means. */
export interface LinkEvents {
  /** A page was read; `whole` when it is everything the backend has. */
  onPage(page: Page, whole: boolean): void
  /** One reply a write. Returns whether they call for a look at what else has changed. */
  onReplies(writes: readonly Write[], replies: readonly MergeReply[]): boolean
  /** The backend has these totals. */
  onCounted(totals: readonly Counter[]): void
}

export interface LinkOptions {
  backend: Backend
  outbox: Outbox
  counts: Counts
  /** The id this run counts under. */
  node: string
  health: Health
  time: Time
  events: LinkEvents
}

const BATCH = 200
const RETRY_SUSPECT_MS = 10
const RETRY_FIRST_MS = 100
const RETRY_LAST_MS = 5000

/** The conversation with the backend: one attempt at a time, tried again until it succeeds. */
export class Link {
  readonly #options: LinkOptions
  #ids: string[] = []
  #cursor = 0
  #connected = false
  #closed = false
  #running: Promise<void> | undefined
  #again = false
  #hinted = false
  #failures = 0
  #cancelRetry = () => {}
  #stopHints = () => {}
  #confirmed: number | undefined
  /** Whether the backend may know counts of this run. */
  #counted = false

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** When the replica was last known to be what the backend has, ms since 1970. */
  get confirmed(): number | undefined {
    return this.#confirmed
  }

  start(): void {
    this.#stopHints = this.#options.backend.onHint(() => {
      this.#hinted = true
      this.kick()
    })
    this.kick()
  }

  /** Has everything that waits sent and read, now rather than at the next retry. Settles after one attempt. */
  kick(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#again = true
    this.#cancelRetry()
    this.#running ??= this.#run()
    return this.#running
  }

  /** Reads what changed, even without a hint. */
  refresh(): Promise<void> {
    this.#hinted = true
    return this.kick()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopHints()
    this.#cancelRetry()
    await this.#running
    const { backend, node } = this.#options
    if (this.#connected && this.#counted) await backend.leave(node).catch(() => {})
    await backend.close()
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      try {
        await this.#attempt()
        this.#failures = 0
        this.#options.health.succeeded()
      } catch (thrown) {
        this.#fail(thrown)
      }
    }
    this.#running = undefined
  }

  async #attempt(): Promise<void> {
    if (!this.#connected) await this.#connect()
    else if (this.#hinted) await this.#read()
    await this.#send()
    await this.#count()
  }

  async #connect(): Promise<void> {
    const { backend, events, health } = this.#options
    this.#ids = await backend.open(this.#ids[0])
    health.recovering()
    this.#hinted = false
    const page = await backend.pull(0)
    this.#cursor = page.rev
    events.onPage(page, true)
    this.#connected = true
    this.#confirmed = this.#options.time.now()
  }

  async #read(): Promise<void> {
    const { backend, events, time } = this.#options
    this.#hinted = false
    try {
      const page = await backend.pull(this.#cursor)
      // A revision that went back is another history: everything has to be compared.
      const whole = page.rev < this.#cursor
      events.onPage(whole ? await backend.pull(0) : page, whole)
      this.#cursor = page.rev
      this.#confirmed = time.now()
    } catch (thrown) {
      this.#hinted = true
      throw thrown
    }
  }

  async #send(): Promise<void> {
    const { backend, events, outbox } = this.#options
    while (outbox.size > 0) {
      const rows = outbox.rows()
      for (let at = 0; at < rows.length; at += BATCH) {
        const batch = rows.slice(at, at + BATCH).filter(({ record }) => outbox.has(record.stamp))
        if (batch.length === 0) continue
        if (events.onReplies(batch, await backend.merge(batch))) this.#hinted = this.#again = true
        // A backlog of thousands must not keep the host from everything else.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
  }

  async #count(): Promise<void> {
    const { backend, counts, events, node } = this.#options
    const totals = counts.unsent()
    if (totals.length === 0) return
    this.#counted = true
    if (await backend.count(node, counts.cleared, totals)) events.onCounted(totals)
    else this.#hinted = this.#again = true
  }

  #fail(thrown: unknown): void {
    const error = asBackendError(thrown)
    const readable = error.state === 'suspect' || error.state === 'write-degraded'
    if (!readable) this.#connected = false
    this.#options.health.failed(error, this.#connected)
    this.#scheduleRetry()
  }

  #scheduleRetry(): void {
    const { health, time } = this.#options
    const grown = RETRY_FIRST_MS * 2 ** Math.min(this.#failures, 10)
    const base = health.state === 'suspect' ? RETRY_SUSPECT_MS : Math.min(grown, RETRY_LAST_MS)
    if (health.state !== 'suspect') this.#failures++
    this.#cancelRetry()
    this.#cancelRetry = time.after(base * (0.5 + time.random()), () => void this.kick())
  }
}
