import type { Backend, Conflict, Counter, Durability, MergeReply, Page, Write } from './backend.ts'
import { conflictBetween } from './backends/rules.ts'
import { Clock, randomId } from './clock.ts'
import { Counts } from './counts.ts'
import { type DataspaceStatus, describeStatus } from './dataspace-status.ts'
import { StorageError } from './errors.ts'
import { asBackendError, Health } from './health.ts'
import { encodeValue, type Json } from './json.ts'
import type { RecordKey } from './keyspace.ts'
import { Link } from './link.ts'
import { type Logger, silentLogger } from './logger.ts'
import { Outbox } from './outbox.ts'
import { recordProblem, type StoredRecord, seenAfter } from './record.ts'
import { type Entry, Replica } from './replica.ts'
import { restampFuture } from './restamp.ts'
import { NO_STAMP, type Stamp } from './stamp.ts'
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

/** One value to write; `undefined` deletes. */
export interface Put {
  key: RecordKey
  value: Json | undefined
  /** The stamp of the config it was made under. */
  basis?: Stamp
  /** When it ends by itself, ms since 1970. */
  expires?: number
}

export interface PutResult {
  /** `unchanged`: the same value was there, nothing was written. */
  status: 'written' | 'unchanged'
  stamp: Stamp
  /** The strongest place that is known to hold it. */
  durable: Durability
}

/** Nothing was written: something else is stored. */
export interface PutRefused {
  status: 'refused'
  current: Entry | undefined
}

/** A lease that was granted. */
export interface Lease {
  granted: true
  release(): Promise<void>
}

const COUNT_DELAY_MS = 250
const DEFAULT_WAIT_MS = 2000
const RETRY_MS = 10

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
  readonly #waitMs: number
  readonly #clock: Clock
  readonly #node: string
  readonly #replica = new Replica()
  readonly #outbox = new Outbox()
  readonly #counts = new Counts()
  readonly #watchers: Watchers
  readonly #health: Health
  readonly #link: Link
  #cancelCount: (() => void) | undefined

  constructor({ backend, namespace, dataspace, logger, time, waitMs = DEFAULT_WAIT_MS }: DataspaceOptions) {
    this.namespace = namespace
    this.dataspace = dataspace
    this.#backend = backend
    this.#time = time ?? systemTime
    this.#logger = logger ?? silentLogger
    this.#waitMs = waitMs
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
    this.#link = new Link({
      backend,
      outbox: this.#outbox,
      counts: this.#counts,
      node: this.#node,
      health: this.#health,
      time: this.#time,
      events: {
        onPage: (page, whole) => this.#onPage(page, whole),
        onReplies: (writes, replies) => this.#onReplies(writes, replies),
        onCounted: (totals) => this.#onCounted(totals),
      },
    })
  }

  /** Connects. Waits until the backend has answered or failed, at most `waitMs`; `status` tells which. */
  async open(): Promise<this> {
    this.#link.start()
    await this.#poll(() => this.#link.confirmed !== undefined)
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
    const stamps = encoded.map((put) => this.#write(put))
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
    const record = this.#stamped({ key, json })
    const [reply] = await this.#ask(() => this.#backend.merge([{ record, if: condition }]))
    if (reply!.verdict === 'accepted' || reply!.verdict === 'duplicate') {
      this.#take(record, 'local')
      return { status: 'written', stamp: record.stamp, durable: this.#backend.durable }
    }
    if (reply!.current) this.#take(reply!.current, 'remote')
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
    this.#onCleared(await this.#ask(() => this.#backend.clear(stamp)), 'local')
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
    await this.#poll(() => this.#outbox.size === 0 && this.#counts.unsent().length === 0)
    await this.#link.close()
    return this.#outbox.size
  }

  #write(put: Omit<Put, 'value'> & { json: string | null }): { stamp: Stamp; status: PutResult['status'] } {
    const current = this.#replica.record(put.key)
    const expires = put.expires ?? null
    const same = current?.json === put.json && current?.basis === (put.basis ?? NO_STAMP)
    if (current ? same && current.expires === expires : put.json === null) {
      return { status: 'unchanged', stamp: current?.stamp ?? NO_STAMP }
    }
    const record = this.#stamped(put)
    this.#outbox.add({ record })
    this.#take(record, 'local')
    return { status: 'written', stamp: record.stamp }
  }

  #stamped({ key, json, basis, expires }: Omit<Put, 'value'> & { json: string | null }): StoredRecord {
    return {
      key,
      json,
      stamp: this.#clock.tick(),
      basis: basis ?? NO_STAMP,
      seen: seenAfter(this.#replica.record(key)),
      rev: 0,
      expires: expires ?? null,
    }
  }

  #durable(stamp: Stamp): Durability {
    return this.#outbox.has(stamp) || this.#health.state === 'down' ? 'memory' : this.#backend.durable
  }

  async #acknowledged(stamps: readonly Stamp[]): Promise<void> {
    const waiting = stamps.filter((stamp) => this.#outbox.has(stamp))
    if (waiting.length === 0 || !this.#health.hopeful) return
    void this.#link.kick()
    await this.#until((done) => {
      let left = waiting.length
      for (const stamp of waiting) this.#outbox.whenAcknowledged(stamp, () => --left === 0 && done())
    })
  }

  /** Makes attempts until `satisfied`, or until there is no hope, for at most `waitMs`. */
  #poll(satisfied: () => boolean): Promise<void> {
    return this.#until((done) => {
      const check = () => {
        if (satisfied() || !this.#health.hopeful) done()
        else this.#time.after(RETRY_MS, attempt)
      }
      const attempt = () => void this.#link.kick().then(check)
      attempt()
    })
  }

  /** Asks the backend something that cannot wait in the outbox; a passing failure is tried again for `waitMs`. */
  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const deadline = this.#time.now() + this.#waitMs
    for (;;) {
      try {
        if (!this.#health.hopeful) throw this.#health.error
        return await question()
      } catch (thrown) {
        const passing = asBackendError(thrown).state === 'suspect' && this.#time.now() < deadline
        if (!passing) throw this.#unavailable(thrown)
        await new Promise<void>((resolve) => this.#time.after(RETRY_MS, resolve, { hold: true }))
      }
    }
  }

  /** Waits for `start` to call `done`, at most `waitMs`. */
  #until(start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#time.after(this.#waitMs, resolve, { hold: true })
      start(() => {
        cancel()
        resolve()
      })
    })
  }

  #take(record: StoredRecord, origin: 'local' | 'remote'): void {
    if (!this.#replica.take(record)) return
    this.#clock.follow(record.stamp)
    this.#watchers.tell({ key: record.key, entry: this.get(record.key), origin })
  }

  #onPage(page: Page, whole: boolean): void {
    this.#onCleared(page.cleared, 'remote')
    const sound = page.records.filter((record) => this.#isSound(record))
    const overtaken: Conflict[] = []
    for (const record of sound) {
      const here = this.#replica.record(record.key)
      const conflict = conflictBetween(here, record)
      if (conflict && record.stamp > here!.stamp) overtaken.push(conflict)
      this.#take(record, 'remote')
    }
    for (const counter of page.counters) this.#replica.setCounter(counter)
    if (overtaken.length > 0) void this.#backend.report(overtaken).catch(() => {})
    this.#mend(sound, this.#time.now())
    if (whole) this.#restore(sound)
  }

  /** Puts what the backend has lost, or has older, back into the outbox. */
  #restore(there: readonly StoredRecord[]): void {
    const stamps = new Map(there.map(({ key, stamp }) => [key, stamp]))
    for (const record of this.#replica.records()) {
      if (stamps.get(record.key) !== record.stamp && !this.#outbox.has(record.stamp))
        this.#outbox.add({ record })
    }
  }

  #isSound(record: StoredRecord): boolean {
    const problem = recordProblem(record)
    if (problem === undefined) return true
    this.#replica.setAside(String(record.key), problem)
    this.#logger.warn(`storage: the record ${String(record.key)} was set aside: ${problem}`)
    return false
  }

  #onReplies(writes: readonly Write[], replies: readonly MergeReply[]): void {
    const refused: { write: Write; now: number }[] = []
    replies.forEach(({ verdict, current, now }, at) => {
      const write = writes[at]!
      if (verdict === 'future') refused.push({ write, now })
      else this.#outbox.acknowledge(write.record.stamp)
      if (verdict === 'orphan') this.#replica.remove(write.record.key)
      if (current) this.#take(current, 'remote')
    })
    if (replies.some(({ verdict }) => verdict === 'cleared')) void this.#link.refresh()
    if (refused.length === 0) return
    const { now } = refused[0]!
    this.#clock.adjust(now)
    const here = this.#replica.records()
    for (const { stamp } of here) this.#clock.follow(stamp)
    const records = [...here, ...refused.map(({ write }) => write.record)]
    this.#mend([...new Map(records.map((record) => [record.stamp, record])).values()], now)
  }

  /** Gives records from the future a stamp of today, everywhere they lie. */
  #mend(records: readonly StoredRecord[], now: number): void {
    for (const write of restampFuture(records, now, this.#clock)) {
      if (this.#outbox.has(write.replaces)) this.#outbox.replace(write.replaces, write)
      else this.#outbox.add(write)
      if (this.#replica.record(write.record.key)?.stamp === write.replaces) this.#replica.put(write.record)
    }
  }

  #onCounted(totals: readonly Counter[]): void {
    for (const { key, field, total } of this.#counts.acknowledge(totals)) {
      const known = this.#replica.counters(key, this.#clock.now())[field] ?? 0
      this.#replica.setCounter({ key, field, total: known + total })
    }
  }

  #onCleared(stamp: Stamp, origin: 'local' | 'remote'): void {
    this.#clock.follow(stamp)
    this.#counts.clear(stamp)
    for (const { key, json } of this.#replica.clear(stamp)) {
      if (json !== null) this.#watchers.tell({ key, entry: undefined, origin })
    }
  }

  #unavailable(thrown: unknown): StorageError {
    const { message, hint, cause } = asBackendError(thrown)
    return new StorageError('unavailable', `${this.#backend.kind} cannot decide this now: ${message}`, {
      hint,
      cause,
    })
  }
}
