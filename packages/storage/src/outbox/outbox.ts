import type { Verdict, Write } from '../backend.ts'
import { parentKey, type RecordKey } from '../records/keyspace.ts'
import { covers } from '../records/record.ts'
import type { Stamp } from '../records/stamp.ts'
import type { Keeper } from '../replica/keeper.ts'

/** What becomes of a write. */
export interface Fate {
  /** The one it is stored under: another one than it was given when that was refused. */
  stamp: Stamp
  /** `undefined` while it waits, and where it is not known. */
  verdict: Verdict | undefined
}

interface Waiting {
  fate: Fate
  /** Called when it waits no more. */
  done: () => void
}

interface Row {
  write: Write
  /** Who waits for the acknowledgement. */
  waiting: Waiting[]
}

const BATCH = 200

/** Writes the backend has not acknowledged yet. A row goes only when it is, or when a later write had seen it. */
export class Outbox {
  readonly #keeper: Keeper | undefined
  readonly #rows = new Map<Stamp, Row>()
  readonly #stamps = new Map<RecordKey, Stamp[]>()
  readonly #parked = new Map<Stamp, string>()

  constructor(keeper?: Keeper) {
    this.#keeper = keeper
  }

  /** How many rows there are to send. */
  get size(): number {
    return this.#rows.size - this.#parked.size
  }

  /** The rows that were refused for their own sake, and why: they wait for another connection or a later write. */
  get parked(): { key: RecordKey; problem: string }[] {
    return Array.from(this.#parked, ([stamp, problem]) => ({
      key: this.#rows.get(stamp)!.write.record.key,
      problem,
    }))
  }

  has(stamp: Stamp): boolean {
    return this.#rows.has(stamp)
  }

  /** Whether a write of this record is to be sent. */
  holds(key: RecordKey): boolean {
    return this.#stamps.get(key)?.some((stamp) => !this.#parked.has(stamp)) ?? false
  }

  /** The rows in the order to send them: what stands by itself before what lives under it, then by stamp. */
  rows(): Write[] {
    const depth = ({ record }: Write) => (parentKey(record.key) === undefined ? 0 : 1)
    return Array.from(this.#rows.values(), ({ write }) => write)
      .filter(({ record }) => !this.#parked.has(record.stamp))
      .sort((a, b) => depth(a) - depth(b) || (a.record.stamp < b.record.stamp ? -1 : 1))
  }

  /** The same in parts, without what was acknowledged or replaced before its turn came. */
  *batches(): Generator<Write[]> {
    const rows = this.rows()
    for (let at = 0; at < rows.length; at += BATCH) {
      const batch = rows.slice(at, at + BATCH).filter(({ record }) => this.has(record.stamp))
      if (batch.length > 0) yield batch
    }
  }

  /** All writes, those that are kept back too. */
  all(): Write[] {
    return Array.from(this.#rows.values(), ({ write }) => write)
  }

  /** Adds a write. It takes the place of those rows of its record that its writer had seen. */
  add(write: Write): void {
    const { key, seen, stamp } = write.record
    const superseded = (this.#stamps.get(key) ?? []).filter((known) => covers(seen, known))
    const waiting = superseded.flatMap((known) => this.#drop(known)?.waiting ?? [])
    this.#rows.set(stamp, { write, waiting })
    this.#keeper?.onQueued(write)
    this.#stamps.set(key, [...(this.#stamps.get(key) ?? []), stamp])
  }

  /** Puts `write` in the place of the row `stamp`, and of nothing if that is gone. */
  replace(stamp: Stamp, write: Write): void {
    const waiting = this.#drop(stamp)?.waiting
    if (!waiting) return
    this.add(write)
    for (const { fate } of waiting) if (fate.stamp === stamp) fate.stamp = write.record.stamp
    this.#rows.get(write.record.stamp)!.waiting.push(...waiting)
  }

  /** Drops the row of exactly this stamp and tells who waits for it what became of it. */
  acknowledge(stamp: Stamp, verdict: Verdict | undefined): void {
    settle(this.#drop(stamp)?.waiting ?? [], verdict)
  }

  /** Keeps a row back that was refused for its own sake, and tells who waits for it. */
  park(stamp: Stamp, problem: string): void {
    const row = this.#rows.get(stamp)
    if (!row) return
    this.#parked.set(stamp, problem)
    settle(row.waiting.splice(0), 'refused')
  }

  /** Lets everybody go who waits for an acknowledgement; the rows go on waiting. */
  release(): void {
    for (const { waiting } of this.#rows.values()) settle(waiting.splice(0), undefined)
  }

  /** Why the row of this stamp is kept back, or `undefined` if it is not. */
  problem(stamp: Stamp): string | undefined {
    return this.#parked.get(stamp)
  }

  /** Has the rows that were kept back sent again. */
  unpark(): void {
    this.#parked.clear()
  }

  /** Keeps `fate` true, and calls `done` once the row of its stamp, or what took its place, is acknowledged. */
  follow(fate: Fate, done: () => void): void {
    this.#rows.get(fate.stamp)?.waiting.push({ fate, done })
  }

  #drop(stamp: Stamp): Row | undefined {
    const row = this.#rows.get(stamp)
    if (!row) return undefined
    const { key } = row.write.record
    const left = this.#stamps.get(key)!.filter((known) => known !== stamp)
    if (left.length > 0) this.#stamps.set(key, left)
    else this.#stamps.delete(key)
    this.#rows.delete(stamp)
    this.#parked.delete(stamp)
    this.#keeper?.onSettled(stamp)
    return row
  }
}

function settle(waiting: readonly Waiting[], verdict: Verdict | undefined): void {
  for (const { fate, done } of waiting) {
    fate.verdict = verdict
    done()
  }
}
