import type { Backend } from '../../backend.ts'
import { MAX_CONFLICTS } from '../../backend.ts'
import { REMEMBERED_MS } from '../../presence/presence.ts'
import { randomId } from '../../records/clock.ts'
import { systemTime, type Time } from '../../time.ts'
import {
  clearTables,
  countShares,
  foldShares,
  leaseLeft,
  leaveShares,
  mergeWrite,
  missingIds,
  stayShare,
} from '../rules.ts'
import { inspectFile } from './inspect.ts'
import { SqliteFile, type WriteOptions } from './sqlite-file.ts'
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
  const opened = new SqliteFile(
    file,
    { kind: 'dataspace', maxPages },
    (statements) => new SqliteTables(statements),
  )
  /** Those the dataspace gets when it is made. */
  let ids: readonly string[] = []
  const complete = (tables: SqliteTables) => {
    for (const id of missingIds(tables.ids(), { ids }, () => randomId(time))) tables.addId(id)
  }
  let seen: number | undefined
  let stopPolling = () => {}
  const read = async <Result>(task: (tables: SqliteTables) => Result) => {
    if (opened.isOutdated) await opened.open({ make: false })
    return opened.read(task)
  }
  const write = async <Result>(task: (tables: SqliteTables) => Result, options: WriteOptions = {}) => {
    // What could not be written when it was opened may have been made writable since; what was not there is made.
    if (!opened.isFrozen && !opened.absent) return opened.write(task, options)
    await opened.open()
    return opened.write((tables) => {
      complete(tables)
      return task(tables)
    })
  }

  function poll(): void {
    const version = opened.version()
    const changed = opened.isOpen && (version === undefined || version !== seen)
    seen = version
    if (changed) for (const listener of listeners) listener()
    stopPolling = time.after(pollMs, poll)
  }

  return {
    kind: 'sqlite',
    durable: 'local',
    location: file,
    absent: () => opened.absent,
    async open(known = {}) {
      // What was known is made anew; what was not is made by the first write.
      await opened.open({ make: (known.ids?.length ?? 0) > 0 })
      seen = opened.version()
      const missing = (tables: SqliteTables) => missingIds(tables.ids(), known, () => randomId(time))
      const found = await read((tables) => ({ ids: tables.ids(), complete: missing(tables).length === 0 }))
      if (opened.absent) {
        ids = missingIds([], known, () => randomId(time))
        return { ids: [...ids] }
      }
      if (opened.isFrozen || found.complete) return { ids: found.ids }
      return write((tables) => {
        for (const id of missing(tables)) tables.addId(id)
        return { ids: tables.ids() }
      })
    },
    merge: (writes) => write((tables) => writes.map((one) => mergeWrite(tables, one, time.now()))),
    pull: (cursor, _, options) => read((tables) => ({ ...tables.page(cursor, options), now: time.now() })),
    read: (keys) => read((tables) => tables.found(keys)),
    count: (node, cleared, totals) =>
      write((tables) => countShares(tables, node, cleared, totals, time.now())),
    leave: (node) =>
      write((tables) => {
        leaveShares(tables, node)
        tables.nodes.forget(node)
      }),
    stay: (node) => write((tables) => stayShare(tables, node, time.now())),
    fold: (silentMs) => write((tables) => foldShares(tables, silentMs, time.now())),
    async announce(node, about) {
      if (opened.isOutdated) await opened.open({ make: false })
      // Whoever only looks makes nothing.
      if (!opened.isOpen || opened.absent || opened.isFrozen) return false
      const last = time.now()
      const present = (tables: SqliteTables) =>
        tables.nodes.announce({ id: node, last, about }, last - REMEMBERED_MS)
      opened.write(present, { passing: true })
      return true
    },
    nodes: () => read((tables) => tables.nodes.all()),
    async clear(stamp) {
      if (opened.isOutdated) await opened.open({ make: false })
      // Where nothing is there is nothing to forget, and nothing is made for it.
      if (opened.absent === 'missing') return { cleared: stamp, now: time.now() }
      return write((tables) => clearTables(tables, stamp, time.now()))
    },
    lease: (name, holder, ttlMs) =>
      write(
        (tables) => {
          const held = tables.leaseOfOther(name, holder)
          const left = held ? leaseLeft(held, time.now()) : 0
          if (left > 0) return left
          tables.setLease(name, holder, time.now() + ttlMs, ttlMs)
          return 0
        },
        { passing: true },
      ),
    release: (name, holder) => write((tables) => tables.removeLease(name, holder), { passing: true }),
    report: (conflicts) =>
      write((tables) => {
        for (const conflict of conflicts) tables.addConflict(conflict, MAX_CONFLICTS)
      }),
    conflicts: () => read((tables) => tables.conflicts()),
    inspect: async () => inspectFile(file, opened),
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
      opened.fold()
      opened.close()
    },
  }
}
