import type { Counter } from './backend.ts'
import { type RecordKey, statsParent } from './keyspace.ts'
import { NO_STAMP, type Stamp } from './stamp.ts'

interface Count extends Counter {
  /** How much of the total the backend has. */
  sent: number
  /** The backend may have lost it. */
  due: boolean
}

/** What this process run has counted since the last clear: totals, so that sending them twice counts once. */
export class Counts {
  readonly #counts = new Map<string, Count>()
  #cleared: Stamp = NO_STAMP

  /** The clear these totals were counted under. */
  get cleared(): Stamp {
    return this.#cleared
  }

  add(key: string, field: string, amount: number): void {
    const id = `${key} ${field}`
    const count = this.#counts.get(id) ?? { key, field, total: 0, sent: 0, due: false }
    count.total += amount
    this.#counts.set(id, count)
  }

  /** The totals the backend does not have yet, or may have lost. */
  unsent(): Counter[] {
    return Array.from(this.#counts.values())
      .filter(({ total, sent, due }) => due || total > sent)
      .map(({ key, field, total }) => ({ key, field, total }))
  }

  /** What was counted under `key` and is not in the backend's totals yet, by field. */
  pending(key: string): [field: string, amount: number][] {
    return Array.from(this.#counts.values())
      .filter((count) => count.key === key && count.total > count.sent)
      .map(({ field, total, sent }) => [field, total - sent])
  }

  /** Notes that the backend has these totals. */
  acknowledge(totals: readonly Counter[]): void {
    for (const { key, field, total } of totals) {
      const count = this.#counts.get(`${key} ${field}`)
      // Forgotten while it was on its way.
      if (count) Object.assign(count, { sent: total, due: false })
    }
  }

  /** Has every total sent again: a backend that has it counts nothing. */
  resend(): void {
    for (const count of this.#counts.values()) count.due = true
  }

  /** Starts anew with everything below a config that is gone. */
  forget(config: RecordKey): void {
    for (const [id, { field }] of this.#counts) if (statsParent(field) === config) this.#counts.delete(id)
  }

  /** Starts anew under a later clear. */
  clear(stamp: Stamp): void {
    if (stamp <= this.#cleared) return
    this.#cleared = stamp
    this.#counts.clear()
  }
}
