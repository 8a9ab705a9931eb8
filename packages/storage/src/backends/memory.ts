import { type Backend, type Counter, MAX_CONFLICTS, type Page, type PullOptions } from '../backend.ts'
import type { NodeNote } from '../presence/nodes.ts'
import { REMEMBERED_MS } from '../presence/presence.ts'
import { randomId } from '../records/clock.ts'
import type { Conflict } from '../records/conflict.ts'
import { mayBeUnread, statsParent } from '../records/keyspace.ts'
import { type StoredRecord, unread } from '../records/record.ts'
import { NO_STAMP, type Stamp } from '../records/stamp.ts'
import { systemTime, type Time } from '../time.ts'
import {
  clearTables,
  countShares,
  foldShares,
  leaseLeft,
  leaveShares,
  mergeWrite,
  missingIds,
  stayShare,
  type Tables,
} from './rules.ts'

/** What several memory backends of one process share: the dataspace itself, without any durability. */
export class MemoryTables implements Tables {
  readonly ids: string[] = []
  readonly records: Map<string, StoredRecord> = new Map()
  readonly counters: Map<string, Counter & { rev: number }> = new Map()
  readonly leases: Map<string, { holder: string; until: number; ttlMs: number }> = new Map()
  readonly listeners: Set<() => void> = new Set()
  readonly nodes: Map<string, NodeNote> = new Map()
  readonly #shares = new Map<string, Counter & { node: string }>()
  readonly #lastCounted = new Map<string, number>()
  conflicts: Conflict[] = []
  rev = 0
  #cleared: Stamp = NO_STAMP

  record(key: string): StoredRecord | undefined {
    return this.records.get(key)
  }

  save(record: StoredRecord): void {
    this.records.set(record.key, { ...record, rev: ++this.rev })
  }

  remove(key: string): void {
    this.records.delete(key)
  }

  page(cursor: number, { heads = false }: PullOptions = {}): Omit<Page, 'now'> {
    const changed = [...this.records.values()].filter(({ rev }) => rev > cursor)
    const isLeftOut = ({ key, head, json }: StoredRecord) =>
      heads && head !== undefined && json !== null && mayBeUnread(key)
    return {
      rev: this.rev,
      cleared: this.#cleared,
      records: changed.filter((record) => !isLeftOut(record)),
      unread: changed.filter(isLeftOut).map((record) => unread(record, record.head!)),
      counters: [...this.counters.values()].filter(({ rev }) => rev > cursor),
    }
  }

  cleared(): Stamp {
    return this.#cleared
  }

  setCleared(stamp: Stamp): void {
    this.#cleared = stamp
    this.rev++
  }

  removeUpTo(stamp: Stamp): void {
    for (const { key, stamp: own } of this.records.values()) if (own <= stamp) this.records.delete(key)
    this.counters.clear()
    this.#shares.clear()
    this.#lastCounted.clear()
  }

  share(node: string, key: string, field: string): number {
    return this.#shares.get(`${node} ${key} ${field}`)?.total ?? 0
  }

  setShare(node: string, key: string, field: string, total: number): void {
    this.#shares.set(`${node} ${key} ${field}`, { node, key, field, total })
  }

  addToCounter(key: string, field: string, delta: number): void {
    const total = (this.counters.get(`${key} ${field}`)?.total ?? 0) + delta
    this.counters.set(`${key} ${field}`, { key, field, total, rev: ++this.rev })
  }

  removeCountersUnder(config: string): void {
    for (const map of [this.counters, this.#shares]) {
      for (const [id, count] of map) if (statsParent(count) === config) map.delete(id)
    }
  }

  removeShares(node: string): void {
    for (const [id, share] of this.#shares) if (share.node === node) this.#shares.delete(id)
    this.#lastCounted.delete(node)
  }

  lastCounted(node: string): number {
    return this.#lastCounted.get(node) ?? 0
  }

  setLastCounted(node: string, at: number): void {
    this.#lastCounted.set(node, at)
  }

  silentNodes(before: number): string[] {
    return [...this.#lastCounted].flatMap(([node, at]) => (at > 0 && at <= before ? [node] : []))
  }

  addConflict(conflict: Conflict, limit: number): void {
    if (this.conflicts.some(({ loser }) => loser.stamp === conflict.loser.stamp)) return
    this.conflicts = [...this.conflicts, conflict].slice(-limit)
  }
}

export interface MemoryOptions {
  /** Give the same tables to several backends, and they share a dataspace. */
  tables?: MemoryTables
  time?: Time
}

/** A backend that lives and dies with the process. */
export function memoryBackend({
  tables = new MemoryTables(),
  time = systemTime,
}: MemoryOptions = {}): Backend {
  const own = new Set<() => void>()
  const changed = () => {
    for (const listener of tables.listeners) if (!own.has(listener)) listener()
  }
  return {
    kind: 'memory',
    durable: 'memory',
    location: null,
    async open(known = {}) {
      tables.ids.push(...missingIds(tables.ids, known, () => randomId(time)))
      return { ids: [...tables.ids] }
    },
    async merge(writes) {
      const replies = writes.map((write) => mergeWrite(tables, write, time.now()))
      changed()
      return replies
    },
    async pull(cursor, _, options) {
      return { ...tables.page(cursor, options), nodes: [...tables.nodes.values()], now: time.now() }
    },
    async read(keys) {
      return keys.flatMap((key) => tables.record(key) ?? [])
    },
    async announce(node, about) {
      for (const { id, last } of tables.nodes.values())
        if (last < time.now() - REMEMBERED_MS) tables.nodes.delete(id)
      tables.nodes.set(node, { id: node, last: time.now(), about })
      return true
    },
    nodes: async () => [...tables.nodes.values()],
    async count(node, cleared, totals) {
      const counted = countShares(tables, node, cleared, totals, time.now())
      changed()
      return counted
    },
    async leave(node) {
      tables.nodes.delete(node)
      leaveShares(tables, node)
    },
    async stay(node) {
      stayShare(tables, node, time.now())
    },
    async fold(silentMs) {
      return foldShares(tables, silentMs, time.now())
    },
    async clear(stamp) {
      const cleared = clearTables(tables, stamp, time.now())
      changed()
      return cleared
    },
    async lease(name, holder, ttlMs) {
      const held = tables.leases.get(name)
      const left = held && held.holder !== holder ? leaseLeft(held, time.now()) : 0
      if (left > 0) return left
      tables.leases.set(name, { holder, until: time.now() + ttlMs, ttlMs })
      return 0
    },
    async release(name, holder) {
      if (tables.leases.get(name)?.holder === holder) tables.leases.delete(name)
    },
    async report(conflicts) {
      for (const conflict of conflicts) tables.addConflict(conflict, MAX_CONFLICTS)
    },
    async conflicts() {
      return tables.conflicts
    },
    onHint(listener) {
      own.add(listener)
      tables.listeners.add(listener)
      return () => {
        own.delete(listener)
        tables.listeners.delete(listener)
      }
    },
    async close() {
      for (const listener of own) tables.listeners.delete(listener)
      own.clear()
    },
  }
}
