import type { Backend } from '../backend.ts'
import type { Health } from '../link/health.ts'
import type { Intake } from '../link/intake.ts'
import type { Patience } from '../link/patience.ts'
import type { RecordKey } from '../records/keyspace.ts'
import { isWhole, type KnownRecord, recordProblem, type StoredRecord } from '../records/record.ts'
import { askToRead } from '../writes/ask.ts'
import type { Replica } from './replica.ts'

/**
 * When the values are read that were left out at first: `behind`, one batch after the other, for a process that stays;
 * only when somebody has `asked` for them, for one that does not.
 */
export type ValuesPolicy = 'behind' | 'asked'

export interface ValuesParts {
  backend: Backend
  health: Health
  patience: Patience
  replica: Replica
  intake: Pick<Intake, 'onRead'>
  policy: ValuesPolicy
}

/** How many values are read at once: more would hold up the host, and what others ask the backend for. */
const BATCH = 64

/** Reads the values that are not here yet, each once however many ask for it. */
export class Values {
  readonly #parts: ValuesParts
  readonly #flights = new Map<RecordKey, Promise<void>>()
  #isBehind = false
  #closed = false

  constructor(parts: ValuesParts) {
    this.#parts = parts
  }

  /**
   * Has those of these records read whose values are not here. Settles also where the backend does not give them: then
   * they still are not.
   */
  async load(keys: readonly RecordKey[]): Promise<void> {
    const wanted = keys.filter((key) => this.#isMissing(key))
    const flights = new Set(wanted.flatMap((key) => this.#flights.get(key) ?? []))
    const left = wanted.filter((key) => !this.#flights.has(key))
    for (let at = 0; at < left.length && !this.#closed; at += BATCH) {
      // Somebody else may have asked for it while the last batch was read.
      const batch = left
        .slice(at, at + BATCH)
        .filter((key) => this.#isMissing(key) && !this.#flights.has(key))
      if (batch.length > 0) await this.#read(batch)
    }
    await Promise.all([...flights, ...left.flatMap((key) => this.#flights.get(key) ?? [])])
  }

  /**
   * Shows the values of those of these records that can be had. One that is not here is read, shown and not kept, unless it is
   * another one than was known.
   */
  async show(keys: readonly RecordKey[], see: (key: RecordKey, json: string) => void): Promise<void> {
    const { backend, intake, replica } = this.#parts
    for (let at = 0; at < keys.length && !this.#closed; at += BATCH) {
      const batch = keys.slice(at, at + BATCH)
      const missing = batch.filter((key) => this.#isMissing(key))
      const read =
        missing.length > 0 ? await askToRead(this.#parts, () => backend.read(missing)).catch(() => {}) : []
      const same = read?.filter((one) => isSame(one, replica.record(one.key)))
      const passing = new Map(same?.map((one) => [one.key, one]))
      const others = missing.filter((key) => !passing.has(key))
      if (read && others.length > 0)
        intake.onRead(
          others,
          read.filter(({ key }) => !passing.has(key)),
        )
      for (const key of batch) {
        const json = replica.record(key)?.json ?? passing.get(key)?.json
        if (json) see(key, json)
      }
    }
  }

  /** There are values that were left out. */
  onUnread(): void {
    if (this.#isBehind || this.#parts.policy === 'asked') return
    this.#isBehind = true
    // First what else is to be said to the backend.
    setImmediate(() => void this.#readBehind())
  }

  close(): void {
    this.#closed = true
  }

  /** Ends with what the backend does not give; the next comparison begins anew. */
  async #readBehind(): Promise<void> {
    const { replica } = this.#parts
    for (let left = replica.unread(); left.length > 0 && !this.#closed; ) {
      await this.load(left.slice(0, BATCH))
      const now = replica.unread()
      if (now.length >= left.length) break
      left = now
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#isBehind = false
  }

  #isMissing(key: RecordKey): boolean {
    const record = this.#parts.replica.record(key)
    return record !== undefined && !isWhole(record)
  }

  #read(keys: readonly RecordKey[]): Promise<void> {
    const { backend, intake } = this.#parts
    const flight = askToRead(this.#parts, () => backend.read(keys))
      .then(
        (records) => intake.onRead(keys, records),
        // Who asked sees that it is not here; why, the status tells.
        () => {},
      )
      .finally(() => {
        for (const key of keys) this.#flights.delete(key)
      })
    for (const key of keys) this.#flights.set(key, flight)
    return flight
  }
}

function isSame(read: StoredRecord, known: KnownRecord | undefined): boolean {
  return read.stamp === known?.stamp && recordProblem(read) === undefined
}
