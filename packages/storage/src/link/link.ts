import type { Opened } from '../backend.ts'
import { deliverCounts } from '../outbox/deliver-counts.ts'
import { deliverWrites } from '../outbox/deliver-writes.ts'
import { asBackendError } from './health.ts'
import type { LinkOptions } from './link-options.ts'
import { openBackend } from './opening.ts'
import { Pace } from './pace.ts'
import { Reading } from './reading.ts'

/** The states in which reading goes on. */
const READABLE: ReadonlySet<string> = new Set(['suspect', 'write-degraded'])

/** The conversation with the backend: one attempt at a time, tried again until it succeeds. */
export class Link {
  readonly #options: LinkOptions
  readonly #pace: Pace
  readonly #reading: Reading
  #found: Opened | undefined
  /** That in which everything was compared. */
  #history: string | undefined
  #connected = false
  #closed = false
  #running: Promise<void> | undefined
  #again = false
  /** Whether something failed since the attempt began that was asked beside it. */
  #doubted = false
  /** Whether there may be something that others counted and could not deliver. */
  #othersDue = true
  #stopHints = () => {}
  /** Whether the backend may know counts of this run. */
  #counted = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#pace = new Pace({ ...options, onTime: () => void this.kick() })
    this.#reading = new Reading(options)
  }

  /** When the replica was last known to be what the backend has, ms since 1970. */
  get confirmed(): number | undefined {
    return this.#reading.confirmed
  }

  /** What the backend does not let this user do. */
  get missing(): readonly string[] {
    return this.#found?.missing ?? []
  }

  start(): void {
    this.#options.presence.start()
    this.#options.housekeeping.start()
    this.#stopHints = this.#options.backend.onHint((rev, malformed) => {
      if (malformed) this.#options.onMalformed(malformed)
      this.#reading.hint(rev)
      void this.kick()
    })
    void this.kick()
  }

  /** Has everything that waits sent and read, now rather than at the next retry. Settles after one attempt. */
  kick(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#again = true
    this.#pace.attempting()
    this.#running ??= this.#work()
    return this.#running
  }

  /** Reads what changed, even without a hint. */
  refresh(): Promise<void> {
    this.#reading.hint()
    return this.kick()
  }

  /** Something failed that was asked without an attempt: it says the same of the backend, and the next attempt, soon, looks again. */
  failed(thrown: unknown): void {
    this.#doubted = true
    this.#pace.doubted()
    this.#fail(thrown)
  }

  /** Connects anew, with ids that the dataspace is to be known by from now on. */
  async know(ids: readonly string[]): Promise<void> {
    // An attempt that is under way would take the connection for a good one.
    while (this.#running) await this.#running
    // What is brought along comes from a history of its own.
    this.#history = undefined
    this.#found = { ids: [...new Set([...(this.#found?.ids ?? []), ...ids])] }
    this.#connected = false
    await this.kick()
  }

  async close(): Promise<void> {
    const { backend, counts, housekeeping, mirror, node, presence } = this.#options
    this.#closed = true
    presence.stop()
    housekeeping.stop()
    this.#stopHints()
    this.#pace.close()
    if (!this.#connected) await backend.close()
    await this.#running
    // What still waits, here or in the file, would not count any more; or twice, if it comes very late.
    const left = counts.waiting().length > 0 || (await mirror?.hasNoShare()) === false
    const isKnown = this.#connected && (this.#counted || backend.beat || presence.isAnnounced)
    const ids = isKnown && !left ? new Set([counts.node, node]) : []
    for (const id of ids) await backend.leave(id).catch(() => {})
    await backend.close()
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      try {
        this.#doubted = false
        await this.#attempt()
        // It may have asked before what failed meanwhile.
        if (this.#doubted) continue
        this.#pace.succeeded()
        this.#options.health.succeeded()
      } catch (thrown) {
        this.#fail(thrown)
        // Whoever asks meanwhile has to wait too: a server that ends every connection needs a rest.
        if (this.#pace.isResting) this.#again = false
      }
    }
    this.#running = undefined
  }

  async #attempt(): Promise<void> {
    const { backend, health, mirror } = this.#options
    const fresh = !this.#connected || (health.error?.replaced === true && this.#pace.reconnectDue)
    if (fresh) await this.#open()
    // On its way together with the questions, but heard after them.
    const beating = fresh || this.#pace.beatDue || !health.good ? this.#beat() : undefined
    const trouble = health.error
    // Whoever answers and takes no writes is not back; nor is who fails at something else meanwhile.
    const proven = () => fresh && health.error === trouble && health.recovering()
    beating?.then(proven, () => {})
    if (fresh || (backend.beat && this.#pace.compareDue)) await this.#compare()
    else if (this.#reading.isDue) await this.#read()
    // What is known here is in the history that was found, or in the outbox: only now, that all was compared.
    if (fresh) mirror?.onEntered(this.#found!)
    this.#history = this.#found!.history
    this.#connected = true
    await this.#send()
    await this.#count()
    await this.#report()
    if ((await beating) && !fresh) this.#look()
  }

  async #open(): Promise<void> {
    const { counts, outbox } = this.#options
    this.#connected = false
    this.#pace.connecting()
    this.#found = await openBackend(this.#options, { ids: this.#found?.ids ?? [], history: this.#history })
    outbox.unpark()
    counts.unpark()
  }

  /** Compares all records both ways. */
  async #compare(): Promise<void> {
    const { backend, counts, events, time } = this.#options
    const began = time.monotonic()
    const { cleared } = await this.#reading.whole()
    // Before anything else is sent: it decides what is worth sending, for those who come back later too.
    if (events.cleared() > cleared) {
      await backend.clear(events.cleared())
      // What it removed was shown a moment ago.
      await this.#reading.whole()
    }
    // That they are lost shows in nothing else; what is there is not counted again.
    counts.resend()
    this.#pace.compared(began)
    this.#othersDue = true
  }

  async #read(): Promise<void> {
    // Another history: everything has to be compared.
    if (!(await this.#reading.further())) await this.#compare()
  }

  async #send(): Promise<void> {
    const between = () => this.#count()
    await deliverWrites(this.#options, {
      accepted: (rev) => this.#reading.accepted(rev),
      look: this.#look,
      between,
    })
  }

  async #count(): Promise<void> {
    if (this.#options.counts.unsent().length > 0) this.#counted = true
    await deliverCounts(this.#options, {
      others: this.#othersDue,
      accepted: (rev) => this.#reading.accepted(rev),
      read: () => this.#read(),
      look: this.#look,
    })
    this.#othersDue = false
  }

  async #report(): Promise<void> {
    const { backend, events } = this.#options
    const conflicts = events.unreported()
    if (conflicts.length === 0) return
    await backend.report(conflicts)
    events.onReported(conflicts)
  }

  /** Proves that the backend takes writes. Returns whether its revision is another one than was read. */
  async #beat(): Promise<boolean> {
    const { backend, events, node, presence, time } = this.#options
    if (!backend.beat) return false
    const sentAt = time.now()
    const { rev, now, nodes } = await backend.beat(node, presence)
    if (nodes) presence.take(nodes)
    events.onServerTime(now, sentAt)
    this.#pace.beaten()
    return !this.#reading.isAt(rev)
  }

  /** Has the next attempt, which follows at once, read what changed. */
  readonly #look = (): void => {
    this.#reading.hint()
    this.#again = true
  }

  #fail(thrown: unknown): void {
    // What ends because all is closed says nothing about the backend.
    if (this.#closed) return
    const { health, outbox } = this.#options
    const error = asBackendError(thrown)
    if (!READABLE.has(error.state) || error.broken) this.#connected = false
    health.failed(error, this.#connected)
    this.#pace.failed({ passing: this.#connected && health.state === 'suspect' })
    // Not for a moment only, as it was tried again: nobody who begins to write now would wait for it.
    if (!health.hopeful && this.#pace.isResting) outbox.release()
  }
}
