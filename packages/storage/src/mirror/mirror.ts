import type { Opened } from '../backend.ts'
import { mayBeMade } from '../backends/sqlite/absence.ts'
import type { BackendError } from '../link/health.ts'
import type { Intake } from '../link/intake.ts'
import type { Patience } from '../link/patience.ts'
import type { Logger } from '../logger.ts'
import type { Counts } from '../outbox/counts.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Clock } from '../records/clock.ts'
import type { RecordKey } from '../records/keyspace.ts'
import { covers, type KnownRecord } from '../records/record.ts'
import { isStamp, NO_STAMP, type Stamp } from '../records/stamp.ts'
import type { Keeper } from '../replica/keeper.ts'
import type { Replica } from '../replica/replica.ts'
import type { Time } from '../time.ts'
import { Changes } from './changes.ts'
import type { Kept, Origin, Share } from './kept.ts'
import { MirrorFile } from './mirror-file.ts'
import { Ownership } from './ownership.ts'
import { Upkeep } from './upkeep.ts'

export interface MirrorParts {
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

/** One write, or the record that is shown: a key and a version of it. */
interface Version {
  key: RecordKey
  stamp: Stamp
}

/** How many changes are kept at once, in one transaction: more would hold up the host. */
const BATCH = 200

/**
 * Keeps replica and outbox of a dataspace in a file, so that they outlive the process and are shared by those that use
 * the same file. It never fails its host: what cannot be kept now is kept later, and `problem` tells.
 */
export class Mirror {
  readonly #file: MirrorFile
  readonly #changes: Changes
  #parts!: MirrorParts
  #upkeep: Upkeep | undefined
  readonly #ownership = new Ownership()
  /** Whether there is more to be read. */
  #more = false

  constructor(file: string) {
    this.#file = new MirrorFile(file)
    this.#changes = new Changes(() => this.#upkeep?.changed())
  }

  get file(): string {
    return this.#file.path
  }

  /** Why nothing can be kept, if so. */
  get problem(): BackendError | undefined {
    return this.#upkeep?.problem
  }

  /** Whom replica, outbox and counts tell of what changes. */
  get keeper(): Keeper {
    return this.#changes
  }

  /** Whose mirror it is. */
  get origin(): Origin {
    return this.#ownership.kept
  }

  /** Reads what is kept, as far as it can be read. */
  async start(parts: MirrorParts): Promise<void> {
    this.#parts = parts
    this.#upkeep = new Upkeep({
      ...parts,
      exchange: () => this.#exchange(),
      hasMore: () => this.#more || (!this.#changes.isEmpty && this.#isWanted),
      isChanged: () => this.#file.changed(),
      shut: () => this.#file.close(),
    })
    await this.#upkeep.start()
  }

  /** Tells which of these are kept. What is not kept yet is, first, if that can be done now. */
  async save(versions: readonly Version[]): Promise<boolean[]> {
    if (!this.#upkeep) return versions.map(() => false)
    const { outbox, replica } = this.#parts
    const waits = ({ key, stamp }: Version) =>
      outbox.has(stamp) ? this.#changes.hasWrite(stamp) : this.#changes.hasRecord(key)
    if (!this.problem) await this.#upkeep.drain({ until: () => !versions.some(waits) })
    // What waits no more may have been dropped, by a clear for example.
    const lives = ({ key, stamp }: Version) => outbox.has(stamp) || includes(replica.record(key), stamp)
    return versions.map((version) => !this.problem && !waits(version) && lives(version))
  }

  /** The backend was reached. A mirror of another dataspace is left as it is and gives nothing away. */
  async onOpened({ ids }: Opened): Promise<void> {
    const foreign = this.#ownership.judge(ids)
    if (foreign) {
      this.#file.close()
      this.#parts.intake.onDisowned(foreign)
      this.#changes.clear()
    }
    this.#changes.onOrigin({ ids, history: '' })
    // What it holds may be of this dataspace after all, or not.
    if (!this.#file.isOpen) await this.#upkeep!.drain()
  }

  /** What is known here is now what belongs into the history that was found. */
  onEntered({ ids, history = '' }: Opened): void {
    this.#changes.onOrigin(this.#ownership.enter({ ids, history }))
  }

  /** What other runs have counted and nobody delivered. */
  shares(): readonly Share[] {
    try {
      return this.#file.isOpen ? this.#file.sharesOfOthers(this.#parts.counts.node) : []
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

  /** Nothing of what this run has counted is taken any more. */
  removeRun(node: string): void {
    try {
      this.#file.removeRun(node)
    } catch {
      // It is refused again, and told once more.
    }
  }

  /** Whether nothing in the file says that this run has counted something that was not delivered. */
  async hasNoShare(): Promise<boolean> {
    await this.#upkeep!.drain()
    return !this.#changes.hasTotals
  }

  async close(): Promise<void> {
    await this.#upkeep?.close()
    this.#file.fold()
  }

  /** Reads what others have put into the file, and puts a batch of what has changed here into it. */
  async #exchange(): Promise<void> {
    if (!this.#isWanted) return
    if (!this.#file.isOpen) await this.#open()
    if (this.#more || this.#file.changed()) this.#take(this.#file.read())
    if (this.#more || this.#changes.isEmpty) return
    const { clock, counts, replica } = this.#parts
    const keeping = {
      node: counts.node,
      cleared: replica.cleared,
      countedSince: counts.cleared,
      now: clock.now(),
      offset: clock.offset,
    }
    const shown = (key: RecordKey) => replica.record(key)
    this.#take(this.#changes.hand(BATCH, shown, (batch) => this.#file.write(batch, keeping)))
  }

  /** A look alone makes no file. */
  get #isWanted(): boolean {
    return this.#file.isOpen || this.#changes.isWorthAFile || !mayBeMade(this.file)
  }

  async #open(): Promise<void> {
    const { counts, outbox, replica } = this.#parts
    this.#ownership.admit(await this.#file.open(), this.file)
    // Another file may have been here before.
    for (const { key } of replica.records()) this.#changes.onRecord(key)
    for (const write of outbox.all()) this.#changes.onQueued(write)
    for (const counter of replica.allCounters()) this.#changes.onCounter(counter)
    for (const counter of counts.due()) this.#changes.onCounted(counter, true)
    if (this.#ownership.opened) this.#changes.onOrigin(this.#ownership.opened)
    this.#more = true
  }

  #take(kept: Kept): void {
    const { clock, intake, outbox, onAdded, replica } = this.#parts
    this.#more = kept.more
    const writes = kept.writes.filter(({ record }) => !this.#changes.settles(record.stamp))
    this.#ownership.take(kept.origin, writes)
    const { waiting } = kept
    const stamps = waiting ? outbox.all().map(({ record }) => record.stamp) : []
    const settled = stamps.filter((stamp) => !waiting?.has(stamp) && !this.#changes.hasWrite(stamp))
    // Before what is kept is judged: by a wrong clock it would seem to be of the future.
    clock.remember(kept.offset)
    const kin = [...kept.records, ...kept.writes.map(({ record }) => record)]
    for (const stamp of [kept.cleared, ...kin.map((record) => record.stamp)])
      if (isStamp(stamp)) clock.believe(stamp)
    intake.onKept({ ...kept, writes }, settled)
    for (const stamp of kept.unreadable)
      replica.setAside(`outbox:${stamp}`, 'the write that waits is not JSON')
    this.#changes.forget(kept, (key) => replica.record(key))
    if (writes.length > 0) onAdded()
  }
}

/** Whether a record is of this version, or of one that was written over it. */
function includes(record: KnownRecord | undefined, stamp: Stamp): boolean {
  if (!record) return stamp === NO_STAMP
  return record.stamp === stamp || covers(record.seen, stamp)
}
