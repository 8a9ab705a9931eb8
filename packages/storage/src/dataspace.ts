import type { Counter, Durability } from './backend.ts'
import { type DataspaceStatus, describeStatus } from './dataspace-status.ts'
import { closedDataspace } from './errors.ts'
import type { Inspection } from './inspection.ts'
import { attempt, letGo } from './link/attempts.ts'
import { type DataspaceOptions, makeParts, type Parts } from './parts.ts'
import { askNodes } from './presence/ask-nodes.ts'
import { askLease, type Lease, type LeaseRefused } from './presence/lease.ts'
import type { DataspaceNode } from './presence/nodes.ts'
import type { Conflict } from './records/conflict.ts'
import type { Json } from './records/json.ts'
import type { RecordKey, RecordKind } from './records/keyspace.ts'
import type { Projection } from './records/projection.ts'
import type { Stamp } from './records/stamp.ts'
import type { Entry, EntryHead } from './replica/entry.ts'
import { isKnown } from './replica/knowledge.ts'
import { totalsOf, totalsUnder } from './replica/totals.ts'
import type { Observer, Watcher } from './replica/watchers.ts'
import { adoptMirror } from './writes/adopt.ts'
import { clearNow } from './writes/clear-now.ts'
import { encodedPut, type Put, type PutOptions, type PutRefused, type PutResult } from './writes/put.ts'
import { putOnlyIf } from './writes/put-if.ts'
import { awaitFates, putKept } from './writes/put-kept.ts'
import { putStrictly } from './writes/put-strictly.ts'

const COUNT_DELAY_MS = 250

/**
 * One dataspace: reads are answered from the replica, every write is stamped, applied to the replica, put into
 * the outbox and merged into the backend.
 */
export class Dataspace {
  readonly namespace: string
  readonly dataspace: string
  readonly #parts: Parts
  #cancelCount: (() => void) | undefined
  #closing: Promise<number> | undefined

  constructor(options: DataspaceOptions) {
    this.namespace = options.namespace
    this.dataspace = options.dataspace
    this.#parts = makeParts(options)
  }

  /** Connects. Waits until the backend has answered or failed, at most `waitMs`; `status` tells which. */
  async open(): Promise<this> {
    const { backend, health, link, mirror, patience } = this.#parts
    await mirror?.start({ ...this.#parts, onAdded: () => void (health.hopeful && link.kick()) })
    link.start()
    await attempt(this.#parts, () => link.confirmed !== undefined)
    health.overdue(backend.location ?? backend.kind, patience.waitMs)
    return this
  }

  get(key: RecordKey): Entry | undefined {
    return this.#parts.replica.get(key, this.#parts.clock.now())
  }

  /** Another number whenever a record may read otherwise than before, but for one that ends by itself. */
  get version(): number {
    return this.#parts.replica.version
  }

  /** Whether anything was ever known of what it holds, by this process or by what this machine keeps: else nothing found means nothing. */
  get isKnown(): boolean {
    return isKnown(this.#parts)
  }

  /** The stamp of the removal of what was under `key`, while nothing is there. */
  removal(key: RecordKey): Stamp | undefined {
    const record = this.#parts.replica.record(key)
    return record?.json === null ? record.stamp : undefined
  }

  /** All records whose key begins with `prefix`, or those of one kind among them, in order of their keys. */
  list(prefix: string, kind?: RecordKind): Entry[] {
    return this.#parts.replica.list(prefix, this.#parts.clock.now(), kind && `:${kind}`)
  }

  /** What is known of a record without its value, which may not be here yet: then neither `get` nor `list` show it. */
  head(key: RecordKey): EntryHead | undefined {
    return this.#parts.replica.head(key, this.#parts.clock.now())
  }

  /** Reads the values of these records that are not here. Settles also where the backend does not give them: `head` tells. */
  load(keys: readonly RecordKey[]): Promise<void> {
    return this.#parts.values.load(keys)
  }

  /** Shows the values of these records as they are kept; those that are not here are read for that, and not kept. */
  show(keys: readonly RecordKey[], see: (key: RecordKey, json: string) => void): Promise<void> {
    return this.#parts.values.show(keys, see)
  }

  /** Names a record whose value is none that can be used, for `status` and observers, until another one is in its place. */
  setAside(key: RecordKey, problem: string): void {
    this.#parts.replica.setAside(key, problem)
  }

  /** Writes one value; see `putAll`. */
  async put(key: RecordKey, value: Json | undefined, options: PutOptions = {}): Promise<PutResult> {
    return (await this.putAll([{ key, value, ...options }]))[0]!
  }

  /**
   * Writes values, in one batch. Resolves when the backend has them all, or without it: at once while it is known
   * not to take writes; when that shows only now, once it has failed twice, or somebody has waited `waitMs` in vain.
   * @throws `usage` for a value that cannot be stored; then none was.
   */
  async putAll(puts: readonly Put[]): Promise<PutResult[]> {
    this.#refuseClosed()
    return (this.#parts.policy === 'strict' ? putStrictly : putKept)(this.#parts, puts.map(encodedPut))
  }

  /** The time by the clock of the backend, as far as it is known: that of all who share it, ms since 1970. */
  now(): number {
    return this.#parts.clock.now()
  }

  /** A stamp of now, for a value that is still being found out; see `Put.stamp`. */
  tick(): Stamp {
    return this.#parts.clock.tick()
  }

  /**
   * Writes only if the stored stamp is `condition`, or with `'absent'` only if there is nothing. Never queued.
   * @throws `unavailable` when the backend cannot decide now; `outcome_unknown` when it may have, and its answer was lost
   */
  async putIf(
    key: RecordKey,
    value: Json | undefined,
    condition: Stamp | 'absent',
  ): Promise<PutResult | PutRefused> {
    this.#refuseClosed()
    const put = encodedPut({ key, value })
    await this.flush()
    return putOnlyIf(this.#parts, put, condition)
  }

  /** Counts; never waits, never counts twice. `field` comes from `statsField`. */
  count(key: string, field: string, amount: number): void {
    const { counts, link, time, watchers } = this.#parts
    counts.add(key, field, amount)
    watchers.tellCounted({ key, field })
    this.#cancelCount ??= time.after(COUNT_DELAY_MS, () => {
      this.#cancelCount = undefined
      void link.kick()
    })
  }

  /** The totals under a statistics key, by field, what waits on this machine included. */
  counters(key: string): Record<string, number> {
    return totalsUnder(this.#parts, key)
  }

  /** The totals under every statistics key. */
  allCounters(): Counter[] {
    return totalsOf(this.#parts)
  }

  /** Tells `watcher` of every change below `prefix`, whoever made it. Returns how to stop. */
  watch(prefix: string, watcher: Watcher): () => void {
    return this.#parts.watchers.add(prefix, watcher)
  }

  /** Tells `observer` of the backend's state and of conflicts. Returns how to stop. */
  observe(observer: Observer): () => void {
    return this.#parts.watchers.observe(observer)
  }

  /** Asks for a lease: granted, or how many ms it is taken. Without the backend it is granted: the merge keeps the truth. */
  lease(name: string, ttlMs: number): Promise<Lease | LeaseRefused> {
    return askLease(this.#parts, name, ttlMs)
  }

  /** Removes everything, for everybody. @throws `unavailable`; `outcome_unknown` when it may have been, and nothing answers */
  async clear(): Promise<Durability> {
    this.#refuseClosed()
    await this.flush()
    return clearNow(this.#parts)
  }

  /** Values that were replaced by a writer who had not seen them, oldest first. */
  conflicts(): Promise<Conflict[]> {
    return this.#parts.backend.conflicts()
  }

  /** Looks at the place the data lies in; empty where there is nothing to tell. @throws `storage` */
  async inspect(): Promise<Inspection> {
    return (await this.#parts.backend.inspect?.()) ?? []
  }

  /** Shows others who look into the backend what they may want to find; never the truth. @throws `storage` */
  async project(projections: readonly Projection[]): Promise<void> {
    await this.#parts.backend.project?.(projections)
  }

  /** Who has this dataspace open, and who had and is gone without a word; as it was last heard where nothing answers. */
  nodes(): Promise<DataspaceNode[]> {
    return askNodes(this.#parts)
  }

  /** Which process wrote under this stamp, and whether it is gone without a word. */
  witness(stamp: Stamp): { node: string; gone: boolean } {
    return this.#parts.presence.witness(stamp)
  }

  status(): DataspaceStatus {
    return describeStatus(this, this.#parts)
  }

  /** Reads what the backend has now. Settles after one attempt, successful or not. */
  async refresh(): Promise<void> {
    await this.#parts.link.refresh()
  }

  /** Takes what the mirror holds for a part of this dataspace, from now on, and sends it. @throws `unavailable`, or `usage` without a mirror */
  async adopt(): Promise<void> {
    this.#refuseClosed()
    await adoptMirror(this.#parts)
  }

  /** Waits until nothing waits to be sent, at most `waitMs`. Returns how many writes still wait. */
  async flush(): Promise<number> {
    const { outbox } = this.#parts
    const stamps = outbox.rows().map(({ record }) => record.stamp)
    await awaitFates(this.#parts, stamps)
    return outbox.size
  }

  /** Sends what waits, for at most `waitMs`, and lets go of the backend. Returns how many writes were left. */
  close(): Promise<number> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<number> {
    this.#cancelCount?.()
    this.#parts.values.close()
    return letGo(this.#parts)
  }

  #refuseClosed(): void {
    if (this.#closing) throw closedDataspace()
  }
}
