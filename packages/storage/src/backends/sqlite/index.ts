import type { Backend } from '../../backend.ts'
import { MAX_CONFLICTS } from '../../backend.ts'
import { randomId } from '../../clock.ts'
import { systemTime, type Time } from '../../time.ts'
import { clearTables, countShares, leaseLeft, mergeWrite, missingIds } from '../rules.ts'
import { fileIdentity, type OpenFile, openFile } from './database.ts'
import { classify, vanished } from './errors.ts'
import { inspectFile } from './inspect.ts'
import { Statements } from './statements.ts'
import { SqliteTables } from './tables.ts'

export interface SqliteOptions {
  /** The database file; it and its folder are made for this user only. */
  file: string
  time?: Time
  /** How often to look for other processes' writes, in ms. */
  pollMs?: number
  /** An upper bound for the file, in pages of 4096 bytes; more is refused like a full disk. */
  maxPages?: number
}

const DEFAULT_POLL_MS = 250

/** A backend in one SQLite file that several processes may have open. */
export function sqliteBackend({
  file,
  time = systemTime,
  pollMs = DEFAULT_POLL_MS,
  maxPages,
}: SqliteOptions): Backend {
  const listeners = new Set<() => void>()
  let open: (OpenFile & { tables: SqliteTables; version: number }) | undefined
  let wrote = false
  let stopPolling = () => {}

  /** Runs `task` in one transaction; nothing of it stays if it throws or the file is not the one opened. */
  function transact<Result>(
    begin: 'BEGIN' | 'BEGIN IMMEDIATE',
    task: (tables: SqliteTables) => Result,
  ): Result {
    try {
      if (!open || fileIdentity(file) !== open.identity) throw vanished(file)
      if (open.frozen && begin === 'BEGIN IMMEDIATE') throw open.frozen
      const { db, tables } = open
      db.exec(begin)
      try {
        const result = task(tables)
        db.exec('COMMIT')
        if (fileIdentity(file) !== open.identity) throw vanished(file)
        return result
      } finally {
        if (db.inTransaction) db.exec('ROLLBACK')
      }
    } catch (thrown) {
      throw classify(thrown, file)
    }
  }

  const write = async <Result>(task: (tables: SqliteTables) => Result) => {
    // What could not be written when it was opened may have been made writable since.
    if (open?.frozen) await connect()
    const result = transact('BEGIN IMMEDIATE', task)
    wrote = true
    return result
  }
  const read = async <Result>(task: (tables: SqliteTables) => Result) => transact('BEGIN', task)

  function poll(): void {
    if (open && somethingChanged()) for (const listener of listeners) listener()
    stopPolling = time.after(pollMs, poll)
  }

  /** Whether it is worth a look, which then tells what is wrong if this could not. */
  function somethingChanged(): boolean {
    try {
      if (fileIdentity(file) !== open!.identity) return true
      const version = open!.tables.dataVersion()
      const changed = version !== open!.version
      open!.version = version
      return changed
    } catch {
      return true
    }
  }

  async function connect(): Promise<void> {
    shut()
    try {
      const opened = await openFile(file, { kind: 'dataspace', maxPages })
      const tables = new SqliteTables(new Statements(opened.db))
      open = { ...opened, tables, version: tables.dataVersion() }
    } catch (thrown) {
      throw classify(thrown, file)
    }
  }

  function shut(): void {
    open?.db.close()
    open = undefined
  }

  return {
    kind: 'sqlite',
    durable: 'local',
    location: file,
    async open(known = {}) {
      await connect()
      const missing = (tables: SqliteTables) => missingIds(tables.ids(), known, () => randomId(time))
      const found = await read((tables) => ({ ids: tables.ids(), complete: missing(tables).length === 0 }))
      if (open?.frozen || found.complete) return { ids: found.ids }
      return write((tables) => {
        for (const id of missing(tables)) tables.addId(id)
        return { ids: tables.ids() }
      })
    },
    merge: (writes) => write((tables) => writes.map((one) => mergeWrite(tables, one, time.now()))),
    pull: (cursor) => read((tables) => ({ ...tables.page(cursor), now: time.now() })),
    count: (node, cleared, totals) =>
      write((tables) => countShares(tables, node, cleared, totals, time.now())),
    leave: (node) => write((tables) => tables.removeShares(node)),
    clear: (stamp) => write((tables) => clearTables(tables, stamp, time.now())),
    lease: (name, holder, ttlMs) =>
      write((tables) => {
        const held = tables.leaseOfOther(name, holder)
        const left = held ? leaseLeft(held, time.now()) : 0
        if (left > 0) return left
        tables.setLease(name, holder, time.now() + ttlMs, ttlMs)
        return 0
      }),
    release: (name, holder) => write((tables) => tables.removeLease(name, holder)),
    report: (conflicts) =>
      write((tables) => {
        for (const conflict of conflicts) tables.addConflict(conflict, MAX_CONFLICTS)
      }),
    conflicts: () => read((tables) => tables.conflicts()),
    inspect: async () => inspectFile(file),
    onHint(listener) {
      listeners.add(listener)
      if (listeners.size === 1) stopPolling = time.after(pollMs, poll)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stopPolling()
      }
    },
    async close() {
      listeners.clear()
      stopPolling()
      try {
        // libsql closes only once its statements are collected, so the log is folded into the file here.
        if (wrote) open?.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        shut()
      } catch {
        // What was committed is in the file or its log; there is nothing left to save.
      }
    },
  }
}
