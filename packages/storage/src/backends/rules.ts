import {
  type ClearReply,
  type Counter,
  type CountReply,
  type Known,
  MAX_CONFLICTS,
  type MergeReply,
  type Verdict,
  type Write,
} from '../backend.ts'
import { type Conflict, conflictBetween } from '../records/conflict.ts'
import { childKeys, parentKey, type RecordKey, statsParent } from '../records/keyspace.ts'
import { covers, isLive, isStray, type StoredRecord, supersedes } from '../records/record.ts'
import { formatStamp, isFuture, type Stamp, stampNode } from '../records/stamp.ts'

/** What the rules need of a place that stores; each call happens inside the place's own transaction. */
export interface Tables {
  record(key: RecordKey): StoredRecord | undefined
  /** Stores under the next revision. */
  save(record: StoredRecord): void
  remove(key: RecordKey): void
  cleared(): Stamp
  setCleared(stamp: Stamp): void
  /** Removes every record up to `stamp`, and all counters and shares, with when they were last counted. */
  removeUpTo(stamp: Stamp): void
  share(node: string, key: string, field: string): number
  setShare(node: string, key: string, field: string, total: number): void
  /** When a node last counted, ms since 1970; negative: when its share was folded; 0 for never. */
  lastCounted(node: string): number
  setLastCounted(node: string, at: number): void
  /** The nodes that have a share and counted last before `before`, ms since 1970. */
  silentNodes(before: number): string[]
  /** Removes the share of a node, and when it last counted. */
  removeShares(node: string): void
  /** Adds to a counter under the next revision. */
  addToCounter(key: string, field: string, delta: number): void
  /** Removes the counters and shares of all fields that live under this config. */
  removeCountersUnder(config: RecordKey): void
  /** Adds unless a conflict with this loser is there, and keeps the last `limit`. */
  addConflict(conflict: Conflict, limit: number): void
}

/** Merges one write by the rules of the tier, in the words of a server whose clock says `now` (ms). */
export function mergeWrite(tables: Tables, write: Write, now: number): MergeReply {
  const { record } = write
  const stored = tables.record(record.key)
  const verdict = judge(tables, write, stored, now)
  if (verdict === 'accepted') {
    noteConflict(tables, stored, record)
    tables.save(record)
    if (record.json === null) removeDependants(tables, record.key)
    return { verdict, now }
  }
  if (verdict === 'stale') noteConflict(tables, record, stored!)
  if (verdict === 'orphan') tables.remove(record.key)
  return stored && verdict !== 'orphan' ? { verdict, current: stored, now } : { verdict, now }
}

function judge(tables: Tables, write: Write, stored: StoredRecord | undefined, now: number): Verdict {
  const { record, if: condition } = write
  // Before a stamp is refused: the one that takes its place is later than this.
  const cleared = clearedAt(tables, now)
  if (isStray(record, now)) return 'future'
  if (record.stamp <= cleared) return 'cleared'
  if (stored && (stored.stamp === record.stamp || covers(stored.seen, record.stamp))) return 'duplicate'
  const parent = parentKey(record.key)
  if (parent !== undefined && !isLive(tables.record(parent), now)) return 'orphan'
  if (condition !== undefined) {
    const holds = condition === 'absent' ? !isLive(stored, now) : stored?.stamp === condition
    return holds ? 'accepted' : 'failed_condition'
  }
  return !stored || supersedes(record, stored, now) ? 'accepted' : 'stale'
}

/** The last clear. One from the future would forbid every write until then, so it is taken to be of now. */
function clearedAt(tables: Tables, now: number): Stamp {
  const cleared = tables.cleared()
  if (!isFuture(cleared, now)) return cleared
  tables.setCleared(formatStamp(now - 1, 0, stampNode(cleared)))
  return tables.cleared()
}

function noteConflict(tables: Tables, loser: StoredRecord | undefined, winner: StoredRecord): void {
  const conflict = conflictBetween(loser, winner)
  if (conflict) tables.addConflict(conflict, MAX_CONFLICTS)
}

function removeDependants(tables: Tables, key: RecordKey): void {
  const children = childKeys(key)
  for (const child of children) tables.remove(child)
  if (children.length > 0) tables.removeCountersUnder(key)
}

/** Counts what a node has counted in all; see `Backend.count`. */
export function countShares(
  tables: Tables,
  node: string,
  cleared: Stamp,
  totals: readonly Counter[],
  now: number,
): CountReply {
  if (cleared < clearedAt(tables, now)) return { counted: false, refused: [] }
  if (tables.lastCounted(node) < 0) return { counted: false, folded: true, refused: [] }
  for (const { key, field, total } of totals) {
    const before = tables.share(node, key, field)
    if (total <= before || !isLive(tables.record(statsParent({ key, field })), now)) continue
    tables.addToCounter(key, field, total - before)
    tables.setShare(node, key, field, total)
    tables.setLastCounted(node, now)
  }
  return { counted: true, refused: [] }
}

/** A node says that it goes on counting; see `Backend.stay`. */
export function stayShare(tables: Tables, node: string, now: number): void {
  if (tables.lastCounted(node) > 0) tables.setLastCounted(node, now)
}

/** A node will not count again; see `Backend.leave`. That its share was folded stays known. */
export function leaveShares(tables: Tables, node: string): void {
  if (tables.lastCounted(node) >= 0) tables.removeShares(node)
}

/** Forgets the shares of silent nodes; see `Backend.fold`. */
export function foldShares(tables: Tables, silentMs: number, now: number): number {
  const silent = tables.silentNodes(now - silentMs)
  for (const node of silent) {
    tables.removeShares(node)
    tables.setLastCounted(node, -now)
  }
  return silent.length
}

/** The ids that a dataspace with those of `found` has to be given; see `Known`. */
export function missingIds(
  found: readonly string[],
  { ids = [], keptIds = [] }: Known,
  fresh: () => string,
): string[] {
  const made = keptIds.length > 0 ? keptIds : [fresh()]
  const wanted = found.length > 0 || ids.length > 0 ? ids : made
  return wanted.filter((id) => !found.includes(id))
}

/** Clears; see `Backend.clear`. */
export function clearTables(tables: Tables, stamp: Stamp, now: number): ClearReply {
  if (!isFuture(stamp, now) && stamp > clearedAt(tables, now)) {
    tables.setCleared(stamp)
    tables.removeUpTo(stamp)
  }
  return { cleared: tables.cleared(), now }
}

/** The lease of somebody else: how many ms it is still taken. One that outlives its own time is no lease any more. */
export function leaseLeft({ until, ttlMs }: { until: number; ttlMs: number }, now: number): number {
  const left = until - now
  return left > 0 && left <= ttlMs ? left : 0
}
