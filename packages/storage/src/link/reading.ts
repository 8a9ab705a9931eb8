import type { Page } from '../backend.ts'
import type { RecordKey } from '../records/keyspace.ts'
import type { Stamp } from '../records/stamp.ts'
import type { LinkOptions } from './link-options.ts'

/** How far the feed was read, and whether there is something beyond. */
export class Reading {
  /** When the replica was last known to be what the backend has, ms since 1970. */
  confirmed: number | undefined
  readonly #options: Pick<LinkOptions, 'backend' | 'events' | 'presence' | 'time'>
  #cursor = 0
  /** The revision somebody spoke of: it is worth a look if it is later than the cursor. */
  #hinted = 0

  constructor(options: Pick<LinkOptions, 'backend' | 'events' | 'presence' | 'time'>) {
    this.#options = options
  }

  /** Somebody spoke of this revision, or of one that he did not name. */
  hint(rev: number = Number.POSITIVE_INFINITY): void {
    this.#hinted = Math.max(this.#hinted, rev)
  }

  get isDue(): boolean {
    return this.#hinted > this.#cursor
  }

  /** Reads everything, as far as it is another than what is known here. */
  async whole(): Promise<Page> {
    const { events } = this.#options
    const page = await this.#pull(0, events.known())
    events.onPage(page, true)
    return page
  }

  /** Reads what changed since. Answers `false` where the revision went back, so that it is another history; nothing is taken then. */
  async further(): Promise<boolean> {
    const before = this.#cursor
    const page = await this.#pull(before)
    if (page.rev < before) return false
    this.#options.events.onPage(page, false)
    return true
  }

  /** What this process has changed itself it need not read again, if nobody else has changed anything before it. */
  accepted(rev: number): void {
    if (rev === this.#cursor + 1) this.#cursor = rev
  }

  /** Whether all was read up to the revision that the backend has now. */
  isAt(rev: number): boolean {
    if (rev !== this.#cursor) return false
    this.confirmed = this.#options.time.now()
    return true
  }

  async #pull(cursor: number, known?: ReadonlyMap<RecordKey, Stamp>): Promise<Page> {
    const { backend, events, presence, time } = this.#options
    const hinted = this.#hinted
    this.#hinted = 0
    try {
      const sentAt = time.now()
      const page = await backend.pull(cursor, known, { heads: known !== undefined })
      events.onServerTime(page.now, sentAt)
      if (page.nodes) presence.take(page.nodes)
      this.#cursor = page.rev
      this.confirmed = time.now()
      return page
    } catch (thrown) {
      this.hint(hinted)
      throw thrown
    }
  }
}
