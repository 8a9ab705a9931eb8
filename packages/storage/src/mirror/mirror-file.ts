import type { Write } from '../backend.ts'
import { fileIdentity, type OpenFile, openFile } from '../backends/sqlite/database.ts'
import { classify, vanished } from '../backends/sqlite/errors.ts'
import { Statements } from '../backends/sqlite/statements.ts'
import { SqliteTables } from '../backends/sqlite/tables.ts'
import { childKeys } from '../keyspace.ts'
import { type StoredRecord, supersedes } from '../record.ts'
import type { Batch, Keeping, Kept, Origin, Share } from './kept.ts'
import { MIRROR_TABLES, MirrorTables } from './mirror-tables.ts'

type Begin = 'BEGIN' | 'BEGIN IMMEDIATE'

interface Tables {
  /** Those of a local dataspace. */
  space: SqliteTables
  mirror: MirrorTables
}

/** How many rows of a kind are read at once: more would hold up the host. */
const PAGE = 500

/** The file behind a mirror: short transactions that never wait, and that throw `BackendError`. */
export class MirrorFile {
  readonly file: string
  #open: (OpenFile & Tables & { version: number }) | undefined
  #cursor = 0

  constructor(file: string) {
    this.file = file
  }

  /** Opens the file, or makes it. Returns whose mirror it is. */
  async open(): Promise<Origin> {
    this.close()
    try {
      const opened = await openFile(this.file, {
        kind: 'mirror',
        moreTables: MIRROR_TABLES,
        synchronous: 'NORMAL',
      })
      const statements = new Statements(opened.db)
      const space = new SqliteTables(statements)
      this.#open = { ...opened, space, mirror: new MirrorTables(statements), version: -1 }
      this.#cursor = 0
    } catch (thrown) {
      throw classify(thrown, this.file)
    }
    return this.#transact('BEGIN', originOf)
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Whether there may be something to read, or to be told: that the file is not the one that was opened, for example. */
  changed(): boolean {
    try {
      if (!this.#open || fileIdentity(this.file) !== this.#open.identity) return true
      return this.#open.space.dataVersion() !== this.#open.version
    } catch {
      return true
    }
  }

  /** Reads on in what others have changed. */
  read(): Kept {
    return this.#advance('BEGIN', (tables) => readAfter(tables, this.#cursor))
  }

  /** Keeps a batch in one transaction; unless there is more to be read first, which is what `more` tells. */
  write(batch: Batch, keeping: Keeping): Kept {
    return this.#advance('BEGIN IMMEDIATE', (tables) => {
      const read = readAfter(tables, this.#cursor)
      if (read.kept.more) return read
      keep(tables, batch, keeping)
      return { ...read, cursor: tables.space.rev() }
    })
  }

  /** What process runs other than `node` have counted and nobody has delivered. */
  sharesOfOthers(node: string): Share[] {
    return this.#transact('BEGIN', ({ mirror }) => mirror.sharesOfOthers(node))
  }

  /** Forgets a share that was delivered, but for what has risen since. */
  removeShare(share: Share): void {
    this.#transact('BEGIN IMMEDIATE', ({ mirror }) => mirror.removeShare(share))
  }

  close(): void {
    this.#open?.db.close()
    this.#open = undefined
  }

  #advance(begin: Begin, task: (tables: Tables) => { kept: Kept; cursor: number }): Kept {
    const { kept, cursor, version } = this.#transact(begin, (tables) => ({
      version: tables.space.dataVersion(),
      ...task(tables),
    }))
    this.#cursor = cursor
    this.#open!.version = version
    return kept
  }

  /** Runs `task` in one transaction; nothing of it stays if it throws or the file is not the one opened. */
  #transact<Result>(begin: Begin, task: (tables: Tables) => Result): Result {
    try {
      if (!this.#open || fileIdentity(this.file) !== this.#open.identity) throw vanished(this.file)
      const { db, identity } = this.#open
      db.exec(begin)
      try {
        const result = task(this.#open)
        db.exec('COMMIT')
        if (fileIdentity(this.file) !== identity) throw vanished(this.file)
        return result
      } finally {
        if (db.inTransaction) db.exec('ROLLBACK')
      }
    } catch (thrown) {
      throw classify(thrown, this.file)
    }
  }
}

function originOf({ space }: Tables): Origin {
  return { ids: space.ids(), run: space.meta('run') }
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
  const kept = {
    origin: originOf(tables),
    cleared: space.cleared(),
    records: read(records),
    counters: read(counters),
    writes: read(rows).flatMap(({ write }) => parsed(write) ?? []),
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

function keep({ space, mirror }: Tables, batch: Batch, { node, cleared, countedSince, now }: Keeping): void {
  if (cleared > space.cleared()) {
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
  space.setMeta('run', batch.origin.run)
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
