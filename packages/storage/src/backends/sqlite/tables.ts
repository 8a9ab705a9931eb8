import type { Counter, Page, PullOptions } from '../../backend.ts'
import type { Conflict } from '../../records/conflict.ts'
import { mayBeUnread, statsParent } from '../../records/keyspace.ts'
import { recordProblem, type StoredRecord, unread } from '../../records/record.ts'
import type { Stamp } from '../../records/stamp.ts'
import type { Tables } from '../rules.ts'
import { NodeTable } from './node-table.ts'
import type { Statements } from './statements.ts'

interface RecordRow extends Omit<StoredRecord, 'seen' | 'head'> {
  seen: string
  /** Missing in a file of an older version that could not be written. */
  head?: string | null
}

/** The rules' view of an open file; every call belongs into a transaction. */
export class SqliteTables implements Tables {
  readonly nodes: NodeTable
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
    this.nodes = new NodeTable(statements)
  }

  record(key: string): StoredRecord | undefined {
    const [stored] = this.#statements.rows<RecordRow>('SELECT * FROM records WHERE key = ?', key).map(readRow)
    return stored && recordProblem(stored) === undefined ? stored : undefined
  }

  /** What is under these keys, as it was read. */
  found(keys: readonly string[]): StoredRecord[] {
    const sql = 'SELECT * FROM records WHERE key IN (SELECT value FROM json_each(?))'
    return this.#statements.rows<RecordRow>(sql, JSON.stringify(keys)).map(readRow)
  }

  save({ key, json, head, stamp, basis, seen, expires }: StoredRecord): void {
    const sql =
      'INSERT OR REPLACE INTO records (key, json, stamp, basis, seen, rev, expires, head) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
    this.#statements.run(sql, key, json, stamp, basis, seen.join(','), this.nextRev(), expires, head ?? null)
  }

  remove(key: string): void {
    this.#statements.run('DELETE FROM records WHERE key = ?', key)
  }

  cleared(): Stamp {
    return this.meta('cleared')
  }

  setCleared(stamp: Stamp): void {
    this.setMeta('cleared', stamp)
    this.nextRev()
  }

  removeUpTo(stamp: Stamp): void {
    // What has no proper stamp orders nowhere.
    this.#statements.run('DELETE FROM records WHERE stamp <= ? OR length(stamp) <> ?', stamp, stamp.length)
    this.#statements.run('DELETE FROM counters')
    this.#statements.run('DELETE FROM shares')
    this.#statements.run('DELETE FROM sharers')
  }

  share(node: string, key: string, field: string): number {
    const sql = 'SELECT total FROM shares WHERE node = ? AND key = ? AND field = ?'
    return this.#statements.rows<Counter>(sql, node, key, field)[0]?.total ?? 0
  }

  setShare(node: string, key: string, field: string, total: number): void {
    this.#statements.run(
      'INSERT OR REPLACE INTO shares VALUES (?, ?, ?, ?, ?)',
      node,
      key,
      field,
      statsParent({ key, field }),
      total,
    )
  }

  removeShares(node: string): void {
    this.#statements.run('DELETE FROM shares WHERE node = ?', node)
    this.#statements.run('DELETE FROM sharers WHERE node = ?', node)
  }

  lastCounted(node: string): number {
    const sql = 'SELECT last FROM sharers WHERE node = ?'
    return this.#statements.rows<{ last: number }>(sql, node)[0]?.last ?? 0
  }

  setLastCounted(node: string, at: number): void {
    this.#statements.run('INSERT OR REPLACE INTO sharers VALUES (?, ?)', node, at)
  }

  silentNodes(before: number): string[] {
    const sql = 'SELECT node FROM sharers WHERE last > 0 AND last <= ?'
    return this.#statements.rows<{ node: string }>(sql, before).map(({ node }) => node)
  }

  addToCounter(key: string, field: string, delta: number): void {
    const sql = `INSERT INTO counters VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (key, field) DO UPDATE SET total = total + excluded.total, rev = excluded.rev`
    this.#statements.run(sql, key, field, statsParent({ key, field }), delta, this.nextRev())
  }

  removeCountersUnder(config: string): void {
    this.#statements.run('DELETE FROM counters WHERE parent = ?', config)
    this.#statements.run('DELETE FROM shares WHERE parent = ?', config)
  }

  addConflict(conflict: Conflict, limit: number): void {
    this.#statements.run(
      'INSERT OR IGNORE INTO conflicts VALUES (?, ?)',
      conflict.loser.stamp,
      JSON.stringify(conflict),
    )
    const newest = 'SELECT rowid FROM conflicts ORDER BY rowid DESC LIMIT ?'
    this.#statements.run(`DELETE FROM conflicts WHERE rowid NOT IN (${newest})`, limit)
  }

  conflicts(): Conflict[] {
    return this.#statements
      .rows<{ conflict: string }>('SELECT conflict FROM conflicts ORDER BY rowid')
      .map(({ conflict }) => JSON.parse(conflict) as Conflict)
  }

  /** The ids this dataspace is known by. */
  ids(): string[] {
    return this.meta('ids').split(',').filter(Boolean)
  }

  addId(id: string): void {
    this.setMeta('ids', [...this.ids(), id].join(','))
  }

  page(cursor: number, { heads = false }: PullOptions = {}): Omit<Page, 'now'> {
    return {
      rev: this.rev(),
      cleared: this.cleared(),
      nodes: this.nodes.all(),
      ...(heads && this.#hasHeads() ? this.#headsAfter(cursor) : { records: this.recordsAfter(cursor) }),
      counters: this.#statements.rows<Counter>(
        'SELECT key, field, total FROM counters WHERE rev > ?',
        cursor,
      ),
    }
  }

  /** Records that changed after `cursor`, in the order of their changes. */
  recordsAfter(cursor: number, limit = -1): StoredRecord[] {
    const sql = 'SELECT * FROM records WHERE rev > ? ORDER BY rev LIMIT ?'
    return this.#statements.rows<RecordRow>(sql, cursor, limit).map(readRow)
  }

  #headsAfter(cursor: number): Pick<Page, 'records' | 'unread'> {
    const value = "CASE WHEN head IS NULL OR key NOT GLOB '*:cache' THEN json END AS json"
    const sql = `SELECT key, ${value}, json IS NULL AS deleted, stamp, basis, seen, rev, expires, head FROM records
      WHERE rev > ? ORDER BY rev`
    const rows = this.#statements.rows<RecordRow & { deleted: number }>(sql, cursor)
    const isLeftOut = ({ key, head, json, deleted }: (typeof rows)[number]) =>
      json === null && !deleted && typeof head === 'string' && mayBeUnread(key)
    return {
      records: rows.filter((row) => !isLeftOut(row)).map(readRow),
      unread: rows.filter(isLeftOut).map((row) => unread(readRow(row), row.head!)),
    }
  }

  #hasHeads(): boolean {
    const sql = "SELECT 1 FROM pragma_table_info('records') WHERE name = 'head'"
    return this.#statements.rows(sql).length > 0
  }

  /** The lease, if somebody else than `holder` has it. */
  leaseOfOther(name: string, holder: string): { until: number; ttlMs: number } | undefined {
    const sql = 'SELECT until, ttl AS ttlMs FROM leases WHERE name = ? AND holder <> ?'
    return this.#statements.rows<{ until: number; ttlMs: number }>(sql, name, holder)[0]
  }

  setLease(name: string, holder: string, until: number, ttlMs: number): void {
    this.#statements.run('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)', name, holder, until, ttlMs)
  }

  removeLease(name: string, holder: string): void {
    this.#statements.run('DELETE FROM leases WHERE name = ? AND holder = ?', name, holder)
  }

  /** The revision of the last change. */
  rev(): number {
    return Number(this.meta('rev'))
  }

  nextRev(): number {
    const rev = this.rev() + 1
    this.setMeta('rev', String(rev))
    return rev
  }

  meta(name: string): string {
    return this.#statements.rows<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)[0]!.value
  }

  setMeta(name: string, value: string): void {
    this.#statements.run('UPDATE meta SET value = ? WHERE name = ?', value, name)
  }
}

function readRow(row: RecordRow): StoredRecord {
  const { key, json, head, stamp, basis, seen, rev, expires } = row
  const seenStamps = typeof seen === 'string' ? seen.split(',').filter(Boolean) : seen
  const own = head === null || head === undefined ? {} : { head }
  return { key, json, ...own, stamp, basis, seen: seenStamps, rev, expires }
}
