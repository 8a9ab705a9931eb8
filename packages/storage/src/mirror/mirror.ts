import type { Counter, Opened } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { Counts } from '../counts.ts'
import { asBackendError, type BackendError } from '../health.ts'
import type { Intake } from '../intake.ts'
import type { RecordKey } from '../keyspace.ts'
import type { Logger } from '../logger.ts'
import type { Outbox } from '../outbox.ts'
import type { Patience } from '../patience.ts'
import type { StoredRecord } from '../record.ts'
import type { Replica, ReplicaKeeper } from '../replica.ts'
import type { Stamp } from '../stamp.ts'
import type { Time } from '../time.ts'
import { type Kept, MirrorFile, type Share } from './mirror-file.ts'

export interface MirrorParts {
  node: string
  time: Time
  logger: Logger
  clock: Clock
  replica: Replica
  outbox: Outbox
  counts: Counts
  intake: Intake
  patience: Patience
  /** Something is there to be sent. */
  onAdded: () => void
}

/** How often to look for other processes' writes, in ms. */
const POLL_MS = 250
/** How long what the backend has already may wait to be kept, in ms. */
const LATER_MS = 50
/** How long a file that cannot be used is left alone, in ms. */
const REOPEN_MS = 1000

/**
 * Keeps replica and outbox of a dataspace in a file, so that they outlive the process and are shared by those that use
 * the same file. It never fails its host: what cannot be kept now is kept later, and `problem` tells.
 */
export class Mirror implements ReplicaKeeper {
  readonly #file: MirrorFile
  #parts!: MirrorParts
  readonly #touched = new Set<RecordKey>()
  readonly #removed = new Map<RecordKey, Stamp>()
  readonly #counters = new Map<string, Counter>()
  readonly #loaded = new Set<Stamp>()
  /** The file may lack something of what is here, whatever was touched. */
  #behind = true
  #origin: { ids: string[]; run: string } = { ids: [], run: '' }
  #problem: BackendError | undefined
  #foreign = false
  #reopenAt = 0
  #reading = false
  #cancelSave: (() => void) | undefined
  #cancelPoll = () => {}

  constructor(file: string) {
    this.#file = new MirrorFile(file)
  }

  get file(): string {
    return this.#file.file
  }

  /** Why nothing can be kept, if so. */
  get problem(): BackendError | undefined {
    return this.#problem
  }

  /** Reads what is kept, as far as it can be read. */
  async start(parts: MirrorParts): Promise<void> {
    this.#parts = parts
    await this.#attempt(async () => {
      await this.#file.open()
      this.#origin = this.#file.origin()
      const kept = this.#file.read()
      for (const { record } of kept.added) this.#loaded.add(record.stamp)
      this.#take(kept)
      this.#behind = false
    })
    this.#poll()
  }

  onRecord(key: RecordKey): void {
    if (this.#reading) return
    this.#touched.add(key)
    this.#removed.delete(key)
    this.#later()
  }

  onRemoved({ key, stamp }: StoredRecord): void {
    this.#touched.delete(key)
    this.#removed.set(key, stamp)
    this.#later()
  }

  onCounter(counter: Counter): void {
    if (this.#reading) return
    this.#counters.set(`${counter.key} ${counter.field}`, counter)
    this.#later()
  }

  /** What is known of the dataspace that is kept here. */
  get origin(): { keptId: string | undefined; run: string | undefined } {
    const { ids, run } = this.#origin
    return { keptId: ids[0], run: run || undefined }
  }

  /** The backend was reached. A mirror of another dataspace is left as it is and gives nothing away. */
  onOpened({ ids, run = '' }: Opened): void {
    const known = this.#origin.ids
    if (known.length > 0 && !ids.some((id) => known.includes(id))) this.#setAside()
    else if (!this.#foreign) this.#origin = { ids, run }
    this.#later()
  }

  /** What runs that have ended counted and nobody delivered. */
  shares(): Share[] {
    if (this.#foreign || !this.#file.isOpen) return []
    try {
      return this.#file.sharesOfOthers(this.#parts.node)
    } catch {
      return []
    }
  }

  /** A share was delivered, or is worth nothing any more. */
  removeShare(share: Share): void {
    try {
      this.#file.removeShare(share)
    } catch {
      // It is delivered again, which counts once.
    }
  }

  /** Has everything kept. Waits for a file that is locked. Tells whether it is kept. */
  async save(): Promise<boolean> {
    if (this.#foreign) return false
    this.#cancelSave?.()
    this.#cancelSave = undefined
    const { patience, time } = this.#parts
    try {
      if (!this.#file.isOpen && time.monotonic() < this.#reopenAt) return false
      await patience.ask(
        () => this.#write(),
        (thrown) => asBackendError(thrown).state === 'suspect',
      )
      this.#recovered()
      return true
    } catch (thrown) {
      this.#failed(thrown)
      return false
    }
  }

  async close(): Promise<void> {
    this.#cancelPoll()
    await this.save()
    this.#cancelSave?.()
    this.#file.close()
  }

  async #write(): Promise<void> {
    const { clock, counts, node, outbox, replica } = this.#parts
    if (!this.#file.isOpen) {
      await this.#file.open()
      this.#behind = true
    }
    const changed = [...this.#touched].flatMap((key) => replica.record(key) ?? [])
    const kept = this.#file.write(
      {
        records: this.#behind ? replica.records() : changed,
        removed: this.#removed,
        counters: [...this.#counters.values()],
        cleared: replica.cleared,
        writes: outbox.all(),
        share: { node, cleared: counts.cleared, totals: counts.unsent() },
        ...this.#origin,
      },
      clock.now(),
    )
    this.#touched.clear()
    this.#removed.clear()
    this.#counters.clear()
    this.#behind = false
    this.#take(kept)
  }

  #take(kept: Kept): void {
    this.#reading = true
    try {
      this.#parts.intake.onKept(kept)
    } finally {
      this.#reading = false
    }
    if (kept.added.length > 0) this.#parts.onAdded()
  }

  /** What was read from the file is not pushed to a dataspace that it does not belong to. */
  #setAside(): void {
    const { logger, outbox, replica } = this.#parts
    this.#foreign = true
    for (const stamp of this.#loaded) outbox.acknowledge(stamp, 'cleared')
    const own = new Set(outbox.all().map(({ record }) => record.stamp))
    for (const { key, stamp } of replica.records()) if (!own.has(stamp)) replica.remove(key)
    logger.warn(`storage: ${this.file} is the mirror of another dataspace; nothing of it is used`)
  }

  #later(): void {
    this.#cancelSave ??= this.#parts?.time.after(LATER_MS, () => void this.save())
  }

  #poll(): void {
    const { time } = this.#parts
    if (!this.#foreign && this.#file.isOpen && this.#file.changed()) {
      void this.#attempt(async () => this.#take(this.#file.read()))
    } else if (this.#problem) void this.save()
    this.#cancelPoll = time.after(POLL_MS, () => this.#poll())
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task()
      this.#recovered()
    } catch (thrown) {
      this.#failed(thrown)
    }
  }

  #recovered(): void {
    if (this.#problem) this.#parts.logger.info(`storage: the mirror ${this.file} is kept again`)
    this.#problem = undefined
  }

  #failed(thrown: unknown): void {
    const { logger, time } = this.#parts
    const error = asBackendError(thrown)
    if (!this.#problem) logger.warn(`storage: the mirror cannot be kept: ${error.message}`)
    this.#problem = error
    this.#behind = true
    if (error.state === 'suspect') return
    this.#file.close()
    this.#reopenAt = time.monotonic() + REOPEN_MS
  }
}
