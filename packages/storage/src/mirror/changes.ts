import type { Counter, Write } from '../backend.ts'
import type { RecordKey } from '../records/keyspace.ts'
import { isWhole, type KnownRecord } from '../records/record.ts'
import type { Stamp } from '../records/stamp.ts'
import type { Keeper, RunTotal } from '../replica/keeper.ts'
import type { Batch, Kept, Origin, Total } from './kept.ts'

/** What has changed in this process and is not in the file yet. */
export class Changes implements Keeper {
  readonly #onChange: () => void
  readonly #writes = new Map<Stamp, Write>()
  readonly #settled = new Map<Stamp, Stamp>()
  readonly #totals = new Map<string, Total>()
  readonly #records = new Map<RecordKey, RecordKey>()
  readonly #removed = new Map<RecordKey, KnownRecord>()
  readonly #counters = new Map<string, Counter>()
  #origin: Origin | undefined
  #cleared = false

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  onRecord(key: RecordKey): void {
    this.#removed.delete(key)
    this.#records.set(key, key)
    this.#onChange()
  }

  onRemoved(record: KnownRecord): void {
    this.#records.delete(record.key)
    this.#removed.set(record.key, record)
    this.#onChange()
  }

  onCounter(counter: Counter): void {
    this.#counters.set(idOf(counter), counter)
    this.#onChange()
  }

  onCleared(): void {
    this.#cleared = true
    this.#onChange()
  }

  onQueued(write: Write): void {
    this.#writes.set(write.record.stamp, write)
    this.#onChange()
  }

  onSettled(stamp: Stamp): void {
    if (!this.#writes.delete(stamp)) this.#settled.set(stamp, stamp)
    this.#onChange()
  }

  onCounted({ key, field, total, sent }: RunTotal, due: boolean): void {
    this.#totals.set(idOf({ key, field }), { key, field, total, sent, due })
    this.#onChange()
  }

  onOrigin(origin: Origin): void {
    this.#origin = origin
    this.#onChange()
  }

  /** Whether this write is not in the file yet. */
  hasWrite(stamp: Stamp): boolean {
    return this.#writes.has(stamp)
  }

  /** Whether what is shown under this key is not in the file yet. */
  hasRecord(key: RecordKey): boolean {
    return this.#records.has(key)
  }

  /** Whether what this run has counted and what the file says of it differ. */
  get hasTotals(): boolean {
    return this.#totals.size > 0
  }

  get isEmpty(): boolean {
    return !this.#origin && !this.isWorthAFile
  }

  /** Whether there is more than news of where it all belongs. */
  get isWorthAFile(): boolean {
    return this.#cleared || this.#parts().some(({ size }) => size > 0)
  }

  /** Whether this write is still in the file, though it waits no more. */
  settles(stamp: Stamp): boolean {
    return this.#settled.has(stamp)
  }

  /** Forgets everything. */
  clear(): void {
    for (const part of this.#parts()) part.clear()
    this.#origin = undefined
    this.#cleared = false
  }

  /** Forgets what has just been read from the file, as far as it is what `shown` has under its key. */
  forget(
    { records, counters, writes, waiting }: Kept,
    shown: (key: RecordKey) => KnownRecord | undefined,
  ): void {
    for (const { key, stamp } of records) if (shown(key)?.stamp === stamp) this.#records.delete(key)
    for (const counter of counters) {
      if (this.#counters.get(idOf(counter))?.total === counter.total) this.#counters.delete(idOf(counter))
    }
    for (const { record } of writes) this.#writes.delete(record.stamp)
    if (!waiting) return
    for (const stamp of this.#settled.keys()) if (!waiting.has(stamp)) this.#settled.delete(stamp)
  }

  /**
   * Has `keep` put at most `size` changes into the file, and forgets them. What is most urgent goes first; the removal
   * of a write never before what supersedes it.
   */
  hand(size: number, shown: (key: RecordKey) => KnownRecord | undefined, keep: (batch: Batch) => Kept): Kept {
    let left = size
    const handed: (() => void)[] = []
    const some = <Item>(part: Map<string, Item>): Item[] => {
      const taken: Item[] = []
      for (const [id, item] of part) {
        if (left-- <= 0) break
        taken.push(item)
        handed.push(() => part.delete(id))
      }
      return taken
    }
    const batch = {
      writes: some(this.#writes),
      totals: some(this.#totals),
      settled: some(this.#settled),
      // Its value comes by itself, and brings it here again.
      records: some(this.#records).flatMap((key) => {
        const record = shown(key)
        return record && isWhole(record) ? record : []
      }),
      removed: some(this.#removed),
      counters: some(this.#counters),
      origin: this.#origin,
    }
    const kept = keep(batch)
    // Then nothing was kept: what others have changed has to be read first.
    if (kept.more) return kept
    for (const forget of handed) forget()
    this.#origin = undefined
    this.#cleared = false
    return kept
  }

  #parts(): Map<string, unknown>[] {
    return [this.#writes, this.#settled, this.#totals, this.#records, this.#removed, this.#counters]
  }
}

function idOf({ key, field }: Omit<Counter, 'total'>): string {
  return `${key} ${field}`
}
