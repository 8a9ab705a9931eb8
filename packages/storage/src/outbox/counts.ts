import type { Counter } from '../backend.ts'
import { type RecordKey, statsParent } from '../records/keyspace.ts'
import { NO_STAMP, type Stamp } from '../records/stamp.ts'
import type { Keeper, RunTotal } from '../replica/keeper.ts'

interface Count extends RunTotal {
  /** The backend may have lost it. */
  due: boolean
}

/** What this process run has counted since the last clear: totals, so that sending them twice counts once. */
export class Counts {
  readonly #keeper: Keeper | undefined
  #node: string
  /** By key and field: to make one text of the two at each call takes longer than to look up both. */
  readonly #counts = new Map<string, Map<string, Count>>()
  readonly #parked = new Map<string, string>()
  #cleared: Stamp = NO_STAMP

  constructor(node: string, keeper?: Keeper) {
    this.#node = node
    this.#keeper = keeper
  }

  /** The id these totals are counted under. */
  get node(): string {
    return this.#node
  }

  /** The clear these totals were counted under. */
  get cleared(): Stamp {
    return this.#cleared
  }

  add(key: string, field: string, amount: number): void {
    const count = this.#counts.get(key)?.get(field) ?? this.#begin(key, field)
    count.total += amount
    this.#keeper?.onCounted(count, true)
  }

  /** The totals the backend does not have yet, or may have lost. */
  waiting(): Counter[] {
    return this.due().map(({ key, field, total }) => ({ key, field, total }))
  }

  /** The same, with how much of each the backend is known to have. */
  due(): RunTotal[] {
    return this.#all().filter(({ total, sent, due }) => due || total > sent)
  }

  /** Those of them that are to be sent. */
  unsent(): Counter[] {
    return this.waiting().filter(({ key }) => !this.isParked(key))
  }

  /** The statistics that the backend refused for their own sake, and why: they wait for another connection. */
  get parked(): { key: string; problem: string }[] {
    const waiting = new Set(this.waiting().map(({ key }) => key))
    return Array.from(this.#parked, ([key, problem]) => ({ key, problem })).filter(({ key }) =>
      waiting.has(key),
    )
  }

  isParked(key: string): boolean {
    return this.#parked.has(key)
  }

  /** Keeps back what is counted under `key`. */
  park(key: string, problem: string): void {
    this.#parked.set(key, problem)
  }

  /** Has what was kept back sent again. */
  unpark(): void {
    this.#parked.clear()
  }

  /** What was counted and is not in the backend's totals yet. */
  pending(): Counter[] {
    return this.#all()
      .filter(({ total, sent }) => total > sent)
      .map(({ key, field, total, sent }) => ({ key, field, total: total - sent }))
  }

  /** Notes that the backend has these totals. */
  acknowledge(totals: readonly Counter[]): void {
    for (const { key, field, total } of totals) {
      const count = this.#counts.get(key)?.get(field)
      // Forgotten while it was on its way.
      if (!count) continue
      Object.assign(count, { sent: total, due: false })
      this.#keeper?.onCounted(count, count.total > total)
    }
  }

  /** Has every total sent again: a backend that has it counts nothing. */
  resend(): void {
    for (const count of this.#all()) count.due = true
  }

  /** Starts anew with everything below a config that is gone. */
  forget(config: RecordKey): void {
    for (const count of this.#all()) if (statsParent(count) === config) this.#drop(count)
  }

  /** Starts anew under a later clear. */
  clear(stamp: Stamp): void {
    if (stamp <= this.#cleared) return
    this.#cleared = stamp
    for (const count of this.#all()) this.#drop(count)
  }

  /**
   * Starts anew under another id, as the backend takes no more of what was counted under this one: neither `refused`, which
   * was sent, nor what it has already. Returns how much of it the backend is not known to have.
   */
  countAnew(node: string, refused: readonly Counter[]): number {
    const sent = new Map(refused.map(({ key, field, total }) => [`${key} ${field}`, total]))
    let lost = 0
    for (const count of this.#all()) {
      const gone = sent.get(`${count.key} ${count.field}`) ?? count.sent
      lost += gone - count.sent
      Object.assign(count, { total: count.total - gone, sent: 0, due: false })
      if (count.total === 0) this.#drop(count)
      else this.#keeper?.onCounted(count, true)
    }
    this.#node = node
    return lost
  }

  #begin(key: string, field: string): Count {
    const count = { key, field, total: 0, sent: 0, due: false }
    const fields = this.#counts.get(key) ?? new Map<string, Count>()
    this.#counts.set(key, fields.set(field, count))
    return count
  }

  #all(): Count[] {
    return Array.from(this.#counts.values()).flatMap((fields) => [...fields.values()])
  }

  #drop(count: Count): void {
    const fields = this.#counts.get(count.key)
    fields?.delete(count.field)
    if (fields?.size === 0) this.#counts.delete(count.key)
    this.#keeper?.onCounted(count, false)
  }
}
