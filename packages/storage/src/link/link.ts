import type { Opened, Page } from '../backend.ts'
import { deliverCounts } from '../outbox/deliver-counts.ts'
import { deliverWrites } from '../outbox/deliver-writes.ts'
import type { RecordKey } from '../records/keyspace.ts'
import type { Stamp } from '../records/stamp.ts'
import { asBackendError } from './health.ts'
import type { LinkOptions } from './link-options.ts'
import { openBackend } from './opening.ts'
import { Pace } from './pace.ts'

/** The states in which reading goes on. */
const READABLE: ReadonlySet<string> = new Set(['suspect', 'write-degraded'])

/** The conversation with the backend: one attempt at a time, tried again until it succeeds. */
export class Link {
  /** When the replica was last known to be what the backend has, ms since 1970. */
  confirmed: number | undefined
  readonly #options: LinkOptions
  readonly #pace: Pace
  #found: Opened | undefined
  /** That in which everything was compared. */
  #history: string | undefined
  #cursor = 0
  #connected = false
  #closed = false
  #running: Promise<void> | undefined
  #again = false
  /** The revision somebody spoke of: it is worth a look if it is later than the cursor. */
  #hinted = 0
  /** Whether there may be something that others counted and could not deliver. */
  #othersDue = true
  #stopHints = () => {}
  /** Whether the backend may know counts of this run. */
  #counted = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#pace = new Pace({ ...options, onTime: () => void this.kick() })
  }

  /** What the backend does not let this user do. */
  get missing(): readonly string[] {
    return this.#found?.missing ?? []
  }

  start(): void {
    this.#options.presence.start()
    this.#options.housekeeping.start()
    this.#stopHints = this.#options.backend.onHint((rev = Number.POSITIVE_INFINITY, malformed) => {
      if (malformed) this.#options.onMalformed(malformed)
      this.#hinted = Math.max(this.#hinted, rev)
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
    this.#hinted = Number.POSITIVE_INFINITY
    return this.kick()
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
        await this.#attempt()
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
    const beating = this.#pace.beatDue || !health.good ? this.#beat() : undefined
    beating?.catch(() => {})
    if (fresh || (backend.beat && this.#pace.compareDue)) await this.#compare()
    else if (this.#hinted > this.#cursor) await this.#read()
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
    const { counts, health, outbox } = this.#options
    this.#connected = false
    this.#pace.connecting()
    this.#found = await openBackend(this.#options, { ids: this.#found?.ids ?? [], history: this.#history })
    health.recovering()
    outbox.unpark()
    counts.unpark()
  }

  /** Compares all records both ways. */
  async #compare(): Promise<void> {
    const { backend, counts, events, time } = this.#options
    const began = time.monotonic()
    const page = await this.#pull(0, events.known())
    events.onPage(page, true)
    // Before anything else is sent: it decides what is worth sending, for those who come back later too.
    if (events.cleared() > page.cleared) {
      await backend.clear(events.cleared())
      // What it removed was shown a moment ago.
      events.onPage(await this.#pull(0, events.known()), true)
    }
    // That they are lost shows in nothing else; what is there is not counted again.
    counts.resend()
    this.#pace.compared(began)
    this.#othersDue = true
  }

  async #read(): Promise<void> {
    const before = this.#cursor
    const page = await this.#pull(before)
    // A revision that went back is another history: everything has to be compared.
    if (page.rev < before) return this.#compare()
    this.#options.events.onPage(page, false)
  }

  async #pull(cursor: number, known?: ReadonlyMap<RecordKey, Stamp>): Promise<Page> {
    const { backend, events, time } = this.#options
    const hinted = this.#hinted
    this.#hinted = 0
    try {
      const sentAt = time.now()
      const page = await backend.pull(cursor, known, { heads: known !== undefined })
      events.onServerTime(page.now, sentAt)
      if (page.nodes) this.#options.presence.take(page.nodes)
      this.#cursor = page.rev
      this.confirmed = time.now()
      return page
    } catch (thrown) {
      this.#hinted = Math.max(this.#hinted, hinted)
      throw thrown
    }
  }

  async #send(): Promise<void> {
    const between = () => this.#count()
    await deliverWrites(this.#options, { accepted: this.#accepted, look: this.#look, between })
  }

  async #count(): Promise<void> {
    if (this.#options.counts.unsent().length > 0) this.#counted = true
    await deliverCounts(this.#options, {
      others: this.#othersDue,
      accepted: this.#accepted,
      read: () => this.#read(),
      look: this.#look,
    })
    this.#othersDue = false
  }

  /** What this process has changed itself it need not read again, if nobody else has changed anything before it. */
  readonly #accepted = (rev: number): void => {
    if (rev === this.#cursor + 1) this.#cursor = rev
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
    if (rev === this.#cursor) this.confirmed = time.now()
    this.#pace.beaten()
    return rev !== this.#cursor
  }

  /** Has the next attempt, which follows at once, read what changed. */
  readonly #look = (): void => {
    this.#hinted = Number.POSITIVE_INFINITY
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
