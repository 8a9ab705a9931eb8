import type { Counter } from '../backend.ts'
import { decodeValue, type Json } from '../records/json.ts'
import { childKeys, parentKey, type RecordKey, statsParent } from '../records/keyspace.ts'
import {
  covers,
  isLive,
  isWhole,
  type KnownRecord,
  type StoredRecord,
  supersedes,
} from '../records/record.ts'
import { isFuture, NO_STAMP, type Stamp } from '../records/stamp.ts'
import type { Entry, EntryHead } from './entry.ts'
import type { Keeper } from './keeper.ts'

interface Slot {
  record: KnownRecord
  /** The record that must be live for this one to exist; kept, as a key is quickly looked up only the second time. */
  parent: RecordKey | undefined
  /** Made on the first read of this record. */
  entry?: Entry | undefined
  /** The same of its head. */
  head?: EntryHead
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
  #version = 0

  constructor(keeper?: Keeper, events: ReplicaEvents = {}) {
    this.#keeper = keeper
    this.#events = events
  }

  /** Rises with every change of a record. */
  get version(): number {
    return this.#version
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
  record(key: RecordKey): KnownRecord | undefined {
    return this.#slots.get(key)?.record
  }

  records(): KnownRecord[] {
    return Array.from(this.#slots.values(), ({ record }) => record)
  }

  /** The live record under `key` at `now` (ms), or `undefined`; also where its value is not here: see `head`. */
  get(key: RecordKey, now: number): Entry | undefined {
    const slot = this.#live(key, now)
    return slot && this.#read(slot)
  }

  /** What is known of the live record under `key` at `now` (ms) without looking at its value. */
  head(key: RecordKey, now: number): EntryHead | undefined {
    const slot = this.#live(key, now)
    if (!slot) return undefined
    const { head, stamp, basis } = slot.record
    slot.head ??= { key, head: decodeHead(head), stamp, basis, isLoaded: isWhole(slot.record) }
    return slot.head
  }

  /** All live records whose key begins with `prefix` and ends with `suffix`, in order of their keys. */
  list(prefix: string, now: number, suffix = ''): Entry[] {
    const keys = Array.from(this.#slots.keys()).filter(
      (key) => key.startsWith(prefix) && key.endsWith(suffix),
    )
    return keys.sort().flatMap((key) => this.get(key, now) ?? [])
  }

  /** The records whose values are not here. */
  unread(): RecordKey[] {
    return Array.from(this.#slots.values()).flatMap(({ record }) => (isWhole(record) ? [] : [record.key]))
  }

  /** The totals of services that exist at `now` (ms). */
  liveCounters(now: number): Counter[] {
    return this.allCounters().filter((counter) => isLive(this.record(statsParent(counter)), now))
  }

  /** Every total as it is shown. */
  allCounters(): Counter[] {
    return [...this.#counters.values()]
  }

  /** Takes a total, unless nothing can be counted with it. */
  setCounter(counter: Counter): void {
    if (!Number.isSafeInteger(counter.total)) return
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
    const sound = counters.filter(({ total }) => Number.isSafeInteger(total))
    const ids = new Set(sound.map(({ key, field }) => `${key} ${field}`))
    for (const [id, counter] of this.#counters) {
      if (ids.has(id)) continue
      this.#counters.delete(id)
      this.#keeper?.onCounter({ ...counter, total: 0 })
      this.#events.onCounter?.({ ...counter, total: 0 })
    }
    for (const counter of counters) this.setCounter(counter)
  }

  /** Takes a record if it supersedes what is here at `now` (ms); tells whether it did. */
  take(record: KnownRecord, now: number): boolean {
    const here = this.record(record.key)
    if (isWhole(record)) this.#complete(record)
    if (record.stamp <= this.#cleared || (here && !replaces(record, here, now))) return false
    this.put(record)
    return true
  }

  /** Takes a record whatever is here. */
  put(record: KnownRecord): void {
    this.#version++
    this.#slots.set(record.key, { record, parent: parentKey(record.key) })
    this.#keeper?.onRecord(record.key)
    this.#quarantine.delete(record.key)
    if (record.json === null) this.#removeUnder(record.key)
  }

  remove(key: RecordKey): void {
    const record = this.record(key)
    // One without its value is not in the copy: what is there in this version may be all that is left of it.
    if (record && isWhole(record)) this.#keeper?.onRemoved(record)
    this.#version++
    this.#slots.delete(key)
  }

  setAside(key: RecordKey, problem: string): void {
    // It is read again with every comparison.
    if (this.#quarantine.get(key) === problem) return
    this.#quarantine.set(key, problem)
    this.#events.onSetAside?.(key, problem)
  }

  /** Drops everything up to `stamp`; returns what was dropped. A clear from the future at `now` (ms) is forgotten. */
  clear(stamp: Stamp, now: number): KnownRecord[] {
    // One that is known already changes nothing, whatever the clock says of it.
    if (stamp === this.#cleared) return []
    if (isFuture(this.#cleared, now)) this.#cleared = NO_STAMP
    if (stamp <= this.#cleared) return []
    this.#version++
    this.#cleared = stamp
    this.#counters.clear()
    this.#quarantine.clear()
    const dead = this.records().filter((record) => record.stamp <= stamp)
    for (const { key } of dead) this.#slots.delete(key)
    this.#keeper?.onCleared()
    return dead
  }

  /** Starts anew with nothing but the records of these stamps; returns what is gone. */
  reset(stamps: ReadonlySet<Stamp>): KnownRecord[] {
    const gone = this.records().filter(({ stamp }) => !stamps.has(stamp))
    this.#version++
    for (const { key } of gone) this.#slots.delete(key)
    this.#counters.clear()
    this.#quarantine.clear()
    this.#cleared = NO_STAMP
    return gone
  }

  /** Adds the value to the very version that it was left out of; nobody is told, as that version was. */
  #complete(record: StoredRecord): void {
    const here = this.record(record.key)
    if (here && !isWhole(here) && here.stamp === record.stamp) this.put(record)
  }

  #live(key: RecordKey, now: number): Slot | undefined {
    const slot = this.#slots.get(key)
    if (!slot || !isLive(slot.record, now)) return undefined
    return slot.parent !== undefined && !isLive(this.record(slot.parent), now) ? undefined : slot
  }

  #removeUnder(key: RecordKey): void {
    const children = childKeys(key)
    for (const child of children) this.#slots.delete(child)
    if (children.length === 0) return
    for (const [id, counter] of this.#counters) if (statsParent(counter) === key) this.#counters.delete(id)
  }

  #read(slot: Slot): Entry | undefined {
    const { key, json, stamp, basis } = slot.record
    if (typeof json !== 'string') return undefined
    try {
      slot.entry ??= { key, value: decodeValue(json), stamp, basis }
      return slot.entry
    } catch {
      this.setAside(key, 'its value is not JSON')
      return undefined
    }
  }
}

/** One that cannot be read is none: then the value has to be. */
function decodeHead(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : decodeValue(text)
  } catch {
    return undefined
  }
}

/** A writer who knew what it replaced counts, even where its clock made it look older. */
function replaces(record: KnownRecord, here: KnownRecord, now: number): boolean {
  return supersedes(record, here, now) || covers(record.seen, here.stamp)
}
