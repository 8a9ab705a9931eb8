import { Author } from './author.ts'
import type { Backend, Conflict, Durability } from './backend.ts'
import { Clock, randomId } from './clock.ts'
import { Counts } from './counts.ts'
import { type DataspaceStatus, describeStatus } from './dataspace-status.ts'
import { StorageError } from './errors.ts'
import { asBackendError, Health } from './health.ts'
import { Intake } from './intake.ts'
import { encodeValue, type Json } from './json.ts'
import type { RecordKey } from './keyspace.ts'
import { Link } from './link.ts'
import { type Logger, silentLogger } from './logger.ts'
import { Outbox } from './outbox.ts'
import { Patience } from './patience.ts'
import type { Put, PutRefused, PutResult } from './put.ts'
import { type Entry, Replica } from './replica.ts'
import type { Stamp } from './stamp.ts'
import { systemTime, type Time } from './time.ts'
import { type Watcher, Watchers } from './watchers.ts'

export interface DataspaceOptions {
  backend: Backend
  namespace: string
  dataspace: string
  logger?: Logger
  time?: Time
  /** How long the first write of an outage waits to be acknowledged, and how long `open` waits, in ms. */
  waitMs?: number
}

/** A lease that was granted. */
export interface Lease {
  granted: true
  release(): Promise<void>
}

const COUNT_DELAY_MS = 250
const DEFAULT_WAIT_MS = 2000

/**
 * One dataspace: reads are answered from the replica, every write is stamped, applied to the replica, put into
 * the outbox and merged into the backend.
 */
export class Dataspace {
  readonly namespace: string
  readonly dataspace: string
  readonly #backend: Backend
  readonly #time: Time
  readonly #logger: Logger
  readonly #patience: Patience
  readonly #clock: Clock
  readonly #node: string
  readonly #replica = new Replica()
  readonly #outbox = new Outbox()
  readonly #counts = new Counts()
  readonly #watchers: Watchers
  readonly #health: Health
  readonly #intake: Intake
  readonly #author: Author
  readonly #link: Link
  #cancelCount: (() => void) | undefined

  constructor({ backend, namespace, dataspace, logger, time, waitMs = DEFAULT_WAIT_MS }: DataspaceOptions) {
    this.namespace = namespace
    this.dataspace = dataspace
    this.#backend = backend
    this.#time = time ?? systemTime
    this.#logger = logger ?? silentLogger
    this.#patience = new Patience(this.#time, waitMs)
    this.#clock = new Clock(this.#time)
    this.#node = randomId(this.#time)
    this.#watchers = new Watchers(this.#logger)
    this.#health = new Health({
      name: backend.kind,
      time: this.#time,
      logger: this.#logger,
      backlog: () => this.#outbox.size,
      suspectMs: waitMs,
    })
    const parts = {
      backend,
      replica: this.#replica,
      outbox: this.#outbox,
      counts: this.#counts,
      clock: this.#clock,
      watchers: this.#watchers,
      health: this.#health,
      logger: this.#logger,
      time: this.#time,
    }
    this.#intake = new Intake(parts)
    this.#author = new Author({ ...parts, intake: this.#intake })
    this.#link = new Link({ ...parts, node: this.#node, events: this.#intake })
  }

  /** Connects. Waits until the backend has answered or failed, at most `waitMs`; `status` tells which. */
  async open(): Promise<this> {
    this.#link.start()
    await this.#attempt(() => this.#link.confirmed !== undefined)
    return this
  }

  get(key: RecordKey): Entry | undefined {
    return this.#replica.get(key, this.#clock.now())
  }

  /** All records whose key begins with `prefix`, in order of their keys. */
  list(prefix: string): Entry[] {
    return this.#replica.list(prefix, this.#clock.now())
  }

  /** Writes one value; see `putAll`. */
  async put(
    key: RecordKey,
    value: Json | undefined,
    options: Omit<Put, 'key' | 'value'> = {},
  ): Promise<PutResult> {
    return (await this.putAll([{ key, value, ...options }]))[0]!
  }

  /**
   * Writes values, in one batch. Resolves when the backend has them all, or without it: at once while it is known
   * not to take writes, after `waitMs` when that shows only now.
   * @throws `usage` for a value that cannot be stored; then none was.
   */
  async putAll(puts: readonly Put[]): Promise<PutResult[]> {
    const encoded = puts.map((put) => ({
      ...put,
      json: put.value === undefined ? null : encodeValue(put.key, put.value),
    }))
    const stamps = encoded.map((put) => this.#author.write(put))
    await this.#acknowledged(stamps.flatMap(({ stamp }) => stamp))
    return stamps.map(({ stamp, status }) => ({ status, stamp, durable: this.#durable(stamp) }))
  }

  /**
   * Writes only if the stored stamp is `condition`, or with `'absent'` only if there is nothing. Never queued.
   * @throws `unavailable` when the backend cannot decide now.
   */
  async putIf(
    key: RecordKey,
    value: Json | undefined,
    condition: Stamp | 'absent',
  ): Promise<PutResult | PutRefused> {
    const json = value === undefined ? null : encodeValue(key, value)
    await this.flush()
    const record = this.#author.stamped({ key, json })
    const [reply] = await this.#ask(() => this.#backend.merge([{ record, if: condition }]))
    if (reply!.verdict === 'accepted' || reply!.verdict === 'duplicate') {
      this.#intake.take(record, 'local')
      return { status: 'written', stamp: record.stamp, durable: this.#backend.durable }
    }
    if (reply!.current) this.#intake.take(reply!.current, 'remote')
    return { status: 'refused', current: this.get(key) }
  }

  /** Counts; never waits, never counts twice. `field` comes from `statsField`. */
  count(key: string, field: string, amount: number): void {
    this.#counts.add(key, field, amount)
    this.#cancelCount ??= this.#time.after(COUNT_DELAY_MS, () => {
      this.#cancelCount = undefined
      void this.#link.kick()
    })
  }

  /** The totals under a statistics key, by field, what this process has not sent yet included. */
  counters(key: string): Record<string, number> {
    const totals = this.#replica.counters(key, this.#clock.now())
    for (const [field, amount] of this.#counts.pending(key)) totals[field] = (totals[field] ?? 0) + amount
    return totals
  }

  /** Tells `watcher` of every change below `prefix`, whoever made it. Returns how to stop. */
  watch(prefix: string, watcher: Watcher): () => void {
    return this.#watchers.add(prefix, watcher)
  }

  /**
   * Asks for a lease for `ttlMs`: granted, or how many ms it is taken. Without the backend it is granted: a lease
   * saves work, the merge keeps the truth.
   */
  async lease(name: string, ttlMs: number): Promise<Lease | { granted: false; busyMs: number }> {
    const busyMs = await this.#ask(() => this.#backend.lease(name, this.#node, ttlMs)).catch(() => 0)
    if (busyMs > 0) return { granted: false, busyMs }
    return { granted: true, release: () => this.#backend.release(name, this.#node).catch(() => {}) }
  }

  /** Removes everything, here and for everybody. @throws `unavailable` when the backend does not take it. */
  async clear(): Promise<Durability> {
    await this.flush()
    const stamp = this.#clock.tick()
    this.#intake.clear(await this.#ask(() => this.#backend.clear(stamp)), 'local')
    return this.#backend.durable
  }

  /** Values that were replaced by a writer who had not seen them, oldest first. */
  conflicts(): Promise<Conflict[]> {
    return this.#backend.conflicts()
  }

  status(): DataspaceStatus {
    return describeStatus({
      dataspace: this,
      backend: this.#backend,
      health: this.#health,
      outbox: this.#outbox,
      replica: this.#replica,
      confirmed: this.#link.confirmed,
      now: this.#time.now(),
    })
  }

  /** Reads what the backend has now. Settles after one attempt, successful or not. */
  async refresh(): Promise<void> {
    await this.#link.refresh()
  }

  /** Waits until nothing waits to be sent, at most `waitMs`. Returns how many writes still wait. */
  async flush(): Promise<number> {
    await this.#acknowledged(this.#outbox.rows().map(({ record }) => record.stamp))
    return this.#outbox.size
  }

  /** Sends what waits, for at most `waitMs`, and lets go of the backend. Returns how many writes were left. */
  async close(): Promise<number> {
    this.#cancelCount?.()
    await this.#attempt(() => this.#outbox.size === 0 && this.#counts.unsent().length === 0)
    await this.#link.close()
    return this.#outbox.size
  }

  #durable(stamp: Stamp): Durability {
    return this.#outbox.has(stamp) || this.#health.state === 'down' ? 'memory' : this.#backend.durable
  }

  async #acknowledged(stamps: readonly Stamp[]): Promise<void> {
    const waiting = stamps.filter((stamp) => this.#outbox.has(stamp))
    if (waiting.length === 0 || !this.#health.hopeful) return
    void this.#link.kick()
    await this.#patience.until((done) => {
      let left = waiting.length
      for (const stamp of waiting) this.#outbox.whenAcknowledged(stamp, () => --left === 0 && done())
    })
  }

  /** Makes attempts until `satisfied`, or until there is no hope. */
  #attempt(satisfied: () => boolean): Promise<void> {
    return this.#patience.untilSatisfied(
      () => satisfied() || !this.#health.hopeful,
      () => this.#link.kick(),
    )
  }

  /** Asks the backend something that cannot wait in the outbox. */
  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    try {
      if (!this.#health.hopeful) throw this.#health.error
      return await this.#patience.ask(question, (thrown) => asBackendError(thrown).state === 'suspect')
    } catch (thrown) {
      const { message, hint, cause } = asBackendError(thrown)
      throw new StorageError('unavailable', `${this.#backend.kind} cannot decide this now: ${message}`, {
        hint,
        cause,
      })
    }
  }
}
