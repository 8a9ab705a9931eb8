import type { Write } from '../backend.ts'
import { SqliteFile } from '../backends/sqlite/sqlite-file.ts'
import { SqliteTables } from '../backends/sqlite/tables.ts'
import { childKeys } from '../records/keyspace.ts'
import { type StoredRecord, supersedes } from '../records/record.ts'
import { isFuture, NO_STAMP } from '../records/stamp.ts'
import type { Batch, Keeping, Kept, Origin, Share } from './kept.ts'
import { MIRROR_TABLES, MirrorTables } from './mirror-tables.ts'

interface Tables {
  /** Those of a local dataspace. */
  space: SqliteTables
  mirror: MirrorTables
}

/** How many rows of a kind are read at once: more would hold up the host. */
const PAGE = 500

/** The file behind a mirror, and how far it was read. */
export class MirrorFile {
  readonly #file: SqliteFile<Tables>
  #cursor = 0
  #version: number | undefined
  /** What others have counted, as of a version that others make. */
  #others: { version: number | undefined; node: string; shares: readonly Share[] } | undefined

  constructor(path: string) {
    this.#file = new SqliteFile(path, { kind: 'mirror', moreTables: MIRROR_TABLES }, (statements) => ({
      space: new SqliteTables(statements),
      mirror: new MirrorTables(statements),
    }))
  }

  get path(): string {
    return this.#file.path
  }

  get isOpen(): boolean {
    return this.#file.isOpen
  }

  /** Opens the file, or makes it. Returns whose mirror it is. */
  async open(): Promise<Origin> {
    await this.#file.open()
    this.#cursor = 0
    this.#others = undefined
    return this.#file.read(originOf)
  }

  /** Whether there may be something to read, or to be told: that the file is not the one that was opened, for example. */
  changed(): boolean {
    const version = this.#file.version()
    return version === undefined || version !== this.#version
  }

  /** Reads on in what others have changed. */
  read(): Kept {
    const version = this.#file.version()
    return this.#advance(
      version,
      this.#file.read((tables) => readAfter(tables, this.#cursor)),
    )
  }

  /** Keeps a batch in one transaction; unless there is more to be read first, which is what `more` tells. */
  write(batch: Batch, keeping: Keeping): Kept {
    const version = this.#file.version()
    const result = this.#write((tables) => {
      const read = readAfter(tables, this.#cursor)
      if (read.kept.more) return read
      keep(tables, batch, keeping)
      return { ...read, cursor: tables.space.rev() }
    })
    return this.#advance(version, result)
  }

  /** What process runs other than `node` have counted and nobody has delivered. Read once as long as it is so: whoever looks at a total asks. */
  sharesOfOthers(node: string): readonly Share[] {
    const version = this.#file.version()
    const known = this.#others
    if (version !== undefined && known?.version === version && known.node === node) return known.shares
    const shares = this.#file.read(({ mirror }) => mirror.sharesOfOthers(node))
    this.#others = { version, node, shares }
    return shares
  }

  /** Forgets a share that was delivered, but for what has risen since. */
  removeShare(share: Share): void {
    this.#write(({ mirror }) => mirror.removeShare(share))
  }

  /** Forgets all that a run has counted. */
  removeRun(node: string): void {
    this.#write(({ mirror }) => mirror.removeRun(node))
  }

  /** Lets go of the file, with everything that was kept in one piece. */
  fold(): void {
    this.#file.fold()
    this.#file.close()
  }

  close(): void {
    this.#file.close()
  }

  /** What is written here makes no version. */
  #write<Result>(task: (tables: Tables) => Result): Result {
    this.#others = undefined
    return this.#file.write(task)
  }

  #advance(version: number | undefined, { kept, cursor }: { kept: Kept; cursor: number }): Kept {
    this.#version = version
    this.#cursor = cursor
    return kept
  }
}

function originOf({ space }: Tables): Origin {
  return { ids: space.ids(), history: space.meta('history') }
}

function readAfter(tables: Tables, cursor: number): { kept: Kept; cursor: number } {
  const { space, mirror } = tables
  const records = space.recordsAfter(cursor, PAGE)
  const counters = mirror.counters(cursor, PAGE)
  const rows = mirror.writesAfter(cursor, PAGE)
  const rev = space.rev()
  // As far as all three were read.
  const full = [records, counters, rows].filter(({ length }) => length === PAGE)
  const end = Math.min(rev, ...full.map((page) => page.at(-1)!.rev))
  const read = <Row extends { rev: number }>(page: Row[]) => page.filter((row) => row.rev <= end)
  const writes = read(rows).map(({ stamp, write }) => ({ stamp, write: parsed(write) }))
  const kept = {
    origin: originOf(tables),
    offset: Number(space.meta('offset')),
    cleared: space.cleared(),
    records: read(records),
    counters: read(counters),
    writes: writes.flatMap(({ write }) => write ?? []),
    unreadable: writes.flatMap(({ stamp, write }) => (write ? [] : [stamp])),
    // Asked for once, at the end; whoever begins to read knows of none.
    waiting:
      end === rev && cursor > 0 && Number(space.meta('settled')) > cursor ? mirror.waiting() : undefined,
    more: end < rev,
  }
  return { kept, cursor: end }
}

/** A write as it was kept, or `undefined` for what is none; whether its record is sound is another question. */
function parsed(text: string): Write | undefined {
  try {
    const write = JSON.parse(text) as Write
    return typeof write.record === 'object' && write.record !== null ? write : undefined
  } catch {
    return undefined
  }
}

function keep(
  { space, mirror }: Tables,
  batch: Batch,
  { node, cleared, countedSince, now, offset }: Keeping,
): void {
  space.setMeta('offset', String(offset))
  // What was no clear, or by a clock that was ahead, would keep everything out that comes after it.
  if (isFuture(space.cleared(), now)) space.setCleared(NO_STAMP)
  if (cleared > space.cleared() && !isFuture(cleared, now)) {
    space.setCleared(cleared)
    space.removeUpTo(cleared)
    mirror.removeTotalsBefore(cleared)
  }
  for (const write of batch.writes) {
    mirror.addWrite(write, space.nextRev())
    keepRecord({ space, mirror }, write.record, now)
  }
  for (const { due, ...counter } of batch.totals) {
    if (due) mirror.setTotal(node, countedSince, counter)
    else mirror.removeTotal(node, counter)
  }
  const settled = batch.settled.filter((stamp) => mirror.removeWrite(stamp))
  if (settled.length > 0) space.setMeta('settled', String(space.nextRev()))
  for (const record of batch.records) keepRecord({ space, mirror }, record, now)
  for (const { key, stamp } of batch.removed) if (space.record(key)?.stamp === stamp) space.remove(key)
  for (const counter of batch.counters) mirror.setCounter(counter, space.nextRev())
  if (!batch.origin) return
  const known = space.ids()
  for (const id of batch.origin.ids) if (!known.includes(id)) space.addId(id)
  if (batch.origin.history !== '') space.setMeta('history', batch.origin.history)
}

function keepRecord({ space, mirror }: Tables, record: StoredRecord, now: number): void {
  const stored = space.record(record.key)
  if (record.stamp <= space.cleared() || (stored && !supersedes(record, stored, now))) return
  space.save(record)
  if (record.json !== null) return
  const children = childKeys(record.key)
  for (const child of children) space.remove(child)
  if (children.length === 0) return
  space.removeCountersUnder(record.key)
  mirror.removeTotalsUnder(record.key)
}
