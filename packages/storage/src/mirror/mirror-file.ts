import type { Counter, Write } from '../backend.ts'
import { fileIdentity, type OpenFile, openFile } from '../backends/sqlite/database.ts'
import { classify, vanished } from '../backends/sqlite/errors.ts'
import { Statements } from '../backends/sqlite/statements.ts'
import { SqliteTables } from '../backends/sqlite/tables.ts'
import { childKeys, type RecordKey, statsParent } from '../keyspace.ts'
import { type StoredRecord, supersedes } from '../record.ts'
import type { Stamp } from '../stamp.ts'

/** What one process run has counted and the backend does not have yet. */
export interface Share {
  node: string
  /** The clear it was counted under. */
  cleared: Stamp
  totals: Counter[]
}

/** What there is to be kept since the last time. */
export interface ToKeep {
  /** As the replica has them now. */
  records: readonly StoredRecord[]
  /** What the replica dropped, in exactly this version. */
  removed: ReadonlyMap<RecordKey, Stamp>
  counters: readonly Counter[]
  cleared: Stamp
  /** Every write that waits. */
  writes: readonly Write[]
  share: Share
  /** The ids the dataspace is known by, and the run of the server. */
  ids: readonly string[]
  run: string
}

/** What other processes have changed since the last look. */
export interface Kept {
  records: StoredRecord[]
  counters: Counter[]
  cleared: Stamp
  /** Writes that wait and were not known. */
  added: Write[]
  /** Writes that were known and wait no more. */
  settled: Stamp[]
}

/** What a mirror has beside the tables of a local dataspace. */
const MIRROR_TABLES = `
  CREATE TABLE outbox (stamp TEXT PRIMARY KEY, write TEXT NOT NULL);
  CREATE TABLE totals (
    node TEXT NOT NULL, cleared TEXT NOT NULL, key TEXT NOT NULL, field TEXT NOT NULL, total INTEGER NOT NULL,
    PRIMARY KEY (node, key, field)
  );
  INSERT INTO meta VALUES ('run', '');
`

/** The file behind a mirror: short transactions that never wait, and that throw `BackendError`. */
export class MirrorFile {
  readonly file: string
  #open: (OpenFile & { statements: Statements; tables: SqliteTables; version: number }) | undefined
  #cursor = 0
  /** The stamps of the writes that are known to wait in the file. */
  #waiting = new Set<Stamp>()

  constructor(file: string) {
    this.file = file
  }

  /** Opens the file, or makes it. */
  async open(): Promise<void> {
    this.close()
    try {
      const opened = await openFile(this.file, { moreTables: MIRROR_TABLES, synchronous: 'NORMAL' })
      const statements = new Statements(opened.db)
      const tables = new SqliteTables(statements)
      this.#open = { ...opened, statements, tables, version: tables.dataVersion() }
      this.#cursor = 0
      this.#waiting = new Set()
    } catch (thrown) {
      throw classify(thrown, this.file)
    }
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** The ids the dataspace was known by, and the run of the server it was last seen in. */
  origin(): { ids: string[]; run: string } {
    return this.#transact('BEGIN', ({ tables, statements }) => ({
      ids: tables.ids(),
      run: statements.rows<{ value: string }>("SELECT value FROM meta WHERE name = 'run'")[0]?.value ?? '',
    }))
  }

  /** Whether another process has written since the last look, or the file is not the one that was opened. */
  changed(): boolean {
    try {
      if (!this.#open || fileIdentity(this.file) !== this.#open.identity) return true
      const version = this.#open.tables.dataVersion()
      const changed = version !== this.#open.version
      this.#open.version = version
      return changed
    } catch {
      return true
    }
  }

  /** What others have changed. */
  read(): Kept {
    return this.#transact('BEGIN', (open) => this.#readChanges(open))
  }

  /** Keeps what there is to be kept, in one transaction. Returns what others had changed before. */
  write(toKeep: ToKeep, now: number): Kept {
    return this.#transact('BEGIN IMMEDIATE', (open) => {
      const kept = this.#readChanges(open)
      const { tables, statements } = open
      if (toKeep.cleared > tables.cleared()) {
        tables.setCleared(toKeep.cleared)
        tables.removeUpTo(toKeep.cleared)
      }
      for (const record of toKeep.records) keep(tables, record, now)
      for (const [key, stamp] of toKeep.removed) if (tables.record(key)?.stamp === stamp) tables.remove(key)
      for (const counter of toKeep.counters) setCounter(statements, counter)
      setShare(statements, toKeep.share)
      this.#writeOutbox(statements, toKeep.writes, kept)
      for (const id of toKeep.ids) if (!tables.ids().includes(id)) tables.addId(id)
      statements.run("UPDATE meta SET value = ? WHERE name = 'run'", toKeep.run)
      this.#cursor = tables.page(Number.MAX_SAFE_INTEGER).rev
      return kept
    })
  }

  /** What process runs other than `node` have counted and nobody has delivered. */
  sharesOfOthers(node: string): Share[] {
    const rows = this.#transact('BEGIN', ({ statements }) =>
      statements.rows<Counter & { node: string; cleared: Stamp }>(
        'SELECT * FROM totals WHERE node <> ?',
        node,
      ),
    )
    const shares = new Map<string, Share>()
    for (const { node: own, cleared, ...total } of rows) {
      const share = shares.get(own) ?? { node: own, cleared, totals: [] }
      share.totals.push(total)
      shares.set(own, share)
    }
    return [...shares.values()]
  }

  /** Forgets a share that was delivered, unless it has grown since. */
  removeShare({ node, totals }: Share): void {
    this.#transact('BEGIN IMMEDIATE', ({ statements }) => {
      for (const { key, field, total } of totals) {
        const sql = 'DELETE FROM totals WHERE node = ? AND key = ? AND field = ? AND total = ?'
        statements.run(sql, node, key, field, total)
      }
    })
  }

  close(): void {
    this.#open?.db.close()
    this.#open = undefined
  }

  /** Makes the file's outbox the one of this process, but for what another process has just added. */
  #writeOutbox(statements: Statements, writes: readonly Write[], { added, settled }: Kept): void {
    const others = new Set(added.map(({ record }) => record.stamp))
    const delivered = new Set(settled)
    const own = new Map(writes.map((write) => [write.record.stamp, write]))
    for (const [stamp, write] of own) {
      if (this.#waiting.has(stamp) || delivered.has(stamp)) continue
      statements.run('INSERT OR IGNORE INTO outbox VALUES (?, ?)', stamp, JSON.stringify(write))
      this.#waiting.add(stamp)
    }
    for (const stamp of [...this.#waiting]) {
      if (own.has(stamp) || others.has(stamp)) continue
      statements.run('DELETE FROM outbox WHERE stamp = ?', stamp)
      this.#waiting.delete(stamp)
    }
  }

  #readChanges({ tables, statements }: { tables: SqliteTables; statements: Statements }): Kept {
    const page = tables.page(this.#cursor)
    const stamps = statements.rows<{ stamp: Stamp }>('SELECT stamp FROM outbox').map(({ stamp }) => stamp)
    const now = new Set(stamps)
    const added = stamps
      .filter((stamp) => !this.#waiting.has(stamp))
      .flatMap((stamp) =>
        statements.rows<{ write: string }>('SELECT write FROM outbox WHERE stamp = ?', stamp),
      )
      .map(({ write }) => JSON.parse(write) as Write)
    const settled = [...this.#waiting].filter((stamp) => !now.has(stamp))
    this.#waiting = now
    this.#cursor = page.rev
    return { records: page.records, counters: page.counters, cleared: page.cleared, added, settled }
  }

  /** Runs `task` in one transaction; nothing of it stays if it throws or the file is not the one opened. */
  #transact<Result>(
    begin: 'BEGIN' | 'BEGIN IMMEDIATE',
    task: (open: { tables: SqliteTables; statements: Statements }) => Result,
  ): Result {
    const before = { cursor: this.#cursor, waiting: new Set(this.#waiting) }
    try {
      if (!this.#open || fileIdentity(this.file) !== this.#open.identity) throw vanished(this.file)
      const { db } = this.#open
      db.exec(begin)
      try {
        const result = task(this.#open)
        db.exec('COMMIT')
        return result
      } finally {
        if (db.inTransaction) db.exec('ROLLBACK')
      }
    } catch (thrown) {
      this.#cursor = before.cursor
      this.#waiting = before.waiting
      throw classify(thrown, this.file)
    }
  }
}

function keep(tables: SqliteTables, record: StoredRecord, now: number): void {
  const stored = tables.record(record.key)
  if (stored && !supersedes(record, stored, now)) return
  tables.save(record)
  if (record.json !== null) return
  const children = childKeys(record.key)
  for (const child of children) tables.remove(child)
  if (children.length > 0) tables.removeCountersUnder(record.key)
}

function setCounter(statements: Statements, { key, field, total }: Counter): void {
  const sql = 'INSERT OR REPLACE INTO counters VALUES (?, ?, ?, ?, 0)'
  statements.run(sql, key, field, statsParent(field), total)
}

function setShare(statements: Statements, { node, cleared, totals }: Share): void {
  statements.run('DELETE FROM totals WHERE node = ?', node)
  for (const { key, field, total } of totals) {
    statements.run('INSERT INTO totals VALUES (?, ?, ?, ?, ?)', node, cleared, key, field, total)
  }
}
