import type { Counter } from './backend.ts'
import { decodeValue, type Json } from './json.ts'
import type { Keeper } from './keeper.ts'
import { childKeys, parentKey, type RecordKey, statsParent } from './keyspace.ts'
import { covers, isLive, type StoredRecord, supersedes } from './record.ts'
import { isFuture, NO_STAMP, type Stamp } from './stamp.ts'

/** A live record as a reader sees it. */
export interface Entry {
  readonly key: RecordKey
  /** Frozen: share it, do not change it. */
  readonly value: Json
  readonly stamp: Stamp
  readonly basis: Stamp
}

interface Slot {
  record: StoredRecord
  /** The record that must be live for this one to exist; kept, as a key is quickly looked up only the second time. */
  parent: RecordKey | undefined
  /** Made on the first read of this record. */
  entry?: Entry | undefined
}

/** Told of what is no change of a record. */
export interface ReplicaEvents {
  onCounter?(counter: Counter): void
  /** Told once as long as it stays so. */
  onSetAside?(key: RecordKey, problem: string): void
}

/** The in-process copy of a dataspace: what every read is answered from. */
export class Replica {
  readonly #keeper: Keeper | undefined
  readonly #events: ReplicaEvents
  readonly #slots = new Map<RecordKey, Slot>()
  readonly #counters = new Map<string, Counter>()
  readonly #quarantine = new Map<RecordKey, string>()
  #cleared: Stamp = NO_STAMP

  constructor(keeper?: Keeper, events: ReplicaEvents = {}) {
    this.#keeper = keeper
    this.#events = events
  }

  /** The stamp of the last clear this copy knows. */
  get cleared(): Stamp {
    return this.#cleared
  }

  /** What was read but could not be used, and why. */
  get quarantine(): ReadonlyMap<RecordKey, string> {
    return this.#quarantine
  }

  /** The record as stored, tombstones included. */
  record(key: RecordKey): StoredRecord | undefined {
    return this.#slots.get(key)?.record
  }

  records(): StoredRecord[] {
    return Array.from(this.#slots.values(), ({ record }) => record)
  }

  /** The live record under `key` at `now` (ms), or `undefined`. */
  get(key: RecordKey, now: number): Entry | undefined {
    const slot = this.#slots.get(key)
    if (!slot || !isLive(slot.record, now)) return undefined
    if (slot.parent !== undefined && !isLive(this.record(slot.parent), now)) return undefined
    return this.#read(slot)
  }

  /** All live records whose key begins with `prefix`, in order of their keys. */
  list(prefix: string, now: number): Entry[] {
    const keys = Array.from(this.#slots.keys()).filter((key) => key.startsWith(prefix))
    return keys.sort().flatMap((key) => this.get(key, now) ?? [])
  }

  /** The totals of services that exist at `now` (ms). */
  liveCounters(now: number): Counter[] {
    return this.allCounters().filter((counter) => isLive(this.record(statsParent(counter)), now))
  }

  /** Every total as it is shown. */
  allCounters(): Counter[] {
    return [...this.#counters.values()]
  }

  setCounter(counter: Counter): void {
    const id = `${counter.key} ${counter.field}`
    if (this.#counters.get(id)?.total === counter.total) return
    this.#counters.set(id, counter)
    this.#keeper?.onCounter(counter)
    this.#events.onCounter?.(counter)
  }

  /** Takes a total of unknown age, where there is none. */
  fillCounter(counter: Counter): void {
    if (!this.#counters.has(`${counter.key} ${counter.field}`)) this.setCounter(counter)
  }

  /** Takes these counters for all there are. */
  replaceCounters(counters: readonly Counter[]): void {
    const ids = new Set(counters.map(({ key, field }) => `${key} ${field}`))
    for (const [id, counter] of this.#counters) {
      if (ids.has(id)) continue
      this.#counters.delete(id)
      this.#keeper?.onCounter({ ...counter, total: 0 })
      this.#events.onCounter?.({ ...counter, total: 0 })
    }
    for (const counter of counters) this.setCounter(counter)
  }

  /** Takes a record if it supersedes what is here at `now` (ms); tells whether it did. */
  take(record: StoredRecord, now: number): boolean {
    const here = this.record(record.key)
    if (record.stamp <= this.#cleared || (here && !replaces(record, here, now))) return false
    this.put(record)
    return true
  }

  /** Takes a record whatever is here. */
  put(record: StoredRecord): void {
    this.#slots.set(record.key, { record, parent: parentKey(record.key) })
    this.#keeper?.onRecord(record.key)
    this.#quarantine.delete(record.key)
    if (record.json === null) this.#removeUnder(record.key)
  }

  remove(key: RecordKey): void {
    const record = this.record(key)
    if (record) this.#keeper?.onRemoved(record)
    this.#slots.delete(key)
  }

  setAside(key: RecordKey, problem: string): void {
    // It is read again with every comparison.
    if (this.#quarantine.get(key) === problem) return
    this.#quarantine.set(key, problem)
    this.#events.onSetAside?.(key, problem)
  }

  /** Drops everything up to `stamp`; returns what was dropped. A clear from the future at `now` (ms) is forgotten. */
  clear(stamp: Stamp, now: number): StoredRecord[] {
    // One that is known already changes nothing, whatever the clock says of it.
    if (stamp === this.#cleared) return []
    if (isFuture(this.#cleared, now)) this.#cleared = NO_STAMP
    if (stamp <= this.#cleared) return []
    this.#cleared = stamp
    this.#counters.clear()
    this.#quarantine.clear()
    const dead = this.records().filter((record) => record.stamp <= stamp)
    for (const { key } of dead) this.#slots.delete(key)
    this.#keeper?.onCleared()
    return dead
  }

  /** Starts anew with nothing but the records of these stamps; returns what is gone. */
  reset(stamps: ReadonlySet<Stamp>): StoredRecord[] {
    const gone = this.records().filter(({ stamp }) => !stamps.has(stamp))
    for (const { key } of gone) this.#slots.delete(key)
    this.#counters.clear()
    this.#quarantine.clear()
    this.#cleared = NO_STAMP
    return gone
  }

  #removeUnder(key: RecordKey): void {
    const children = childKeys(key)
    for (const child of children) this.#slots.delete(child)
    if (children.length === 0) return
    for (const [id, counter] of this.#counters) if (statsParent(counter) === key) this.#counters.delete(id)
  }

  #read(slot: Slot): Entry | undefined {
    const { key, json, stamp, basis } = slot.record
    try {
      slot.entry ??= { key, value: decodeValue(json!), stamp, basis }
      return slot.entry
    } catch {
      this.setAside(key, 'its value is not JSON')
      return undefined
    }
  }
}

/** A writer who knew what it replaced counts, even where its clock made it look older. */
function replaces(record: StoredRecord, here: StoredRecord, now: number): boolean {
  return supersedes(record, here, now) || covers(record.seen, here.stamp)
}
