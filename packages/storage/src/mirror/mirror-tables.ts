import type { Counter, Write } from '../backend.ts'
import type { Statements } from '../backends/sqlite/statements.ts'
import { type RecordKey, statsParent } from '../records/keyspace.ts'
import type { Stamp } from '../records/stamp.ts'
import type { RunTotal } from '../replica/keeper.ts'
import type { Share } from './kept.ts'

/** What a mirror has beside the tables of a local dataspace. */
export const MIRROR_TABLES = `
  CREATE TABLE outbox (stamp TEXT PRIMARY KEY, write TEXT NOT NULL, rev INTEGER NOT NULL);
  CREATE INDEX outbox_by_rev ON outbox (rev);
  CREATE TABLE totals (
    node TEXT NOT NULL, cleared TEXT NOT NULL, key TEXT NOT NULL, field TEXT NOT NULL, parent TEXT NOT NULL,
    total INTEGER NOT NULL, PRIMARY KEY (node, key, field)
  );
  INSERT INTO meta VALUES ('history', ''), ('settled', '0'), ('offset', '0');
`

/** A write that waits in the file, as it was read. */
export interface WriteRow {
  stamp: Stamp
  write: string
  rev: number
}

/** The outbox and what was counted, in an open file; every call belongs into a transaction. */
export class MirrorTables {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  addWrite(write: Write, rev: number): void {
    const sql = 'INSERT OR IGNORE INTO outbox VALUES (?, ?, ?)'
    this.#statements.run(sql, write.record.stamp, JSON.stringify(write), rev)
  }

  /** Removes the write of exactly this stamp. Tells whether it was there. */
  removeWrite(stamp: Stamp): boolean {
    return this.#statements.run('DELETE FROM outbox WHERE stamp = ?', stamp) > 0
  }

  writesAfter(cursor: number, limit: number): WriteRow[] {
    return this.#statements.rows('SELECT * FROM outbox WHERE rev > ? ORDER BY rev LIMIT ?', cursor, limit)
  }

  waiting(): Set<Stamp> {
    const rows = this.#statements.rows<{ stamp: Stamp }>('SELECT stamp FROM outbox')
    return new Set(rows.map(({ stamp }) => stamp))
  }

  /** Keeps what a run has counted; how much of it the backend has is a share, as it is there. */
  setTotal(node: string, cleared: Stamp, { key, field, total, sent }: RunTotal): void {
    const parent = statsParent({ key, field })
    const sql = 'INSERT OR REPLACE INTO totals VALUES (?, ?, ?, ?, ?, ?)'
    this.#statements.run(sql, node, cleared, key, field, parent, total)
    if (sent > 0) this.#setShare(node, cleared, { key, field, total: sent })
  }

  removeTotal(node: string, { key, field }: Counter): void {
    for (const table of ['totals', 'shares'])
      this.#statements.run(`DELETE FROM ${table} WHERE node = ? AND key = ? AND field = ?`, node, key, field)
  }

  /** Of what nobody keeps any more, as another process has delivered it too, there is no share. */
  #setShare(node: string, cleared: Stamp, { key, field, total }: Counter): void {
    const sql = `INSERT INTO shares SELECT node, key, field, parent, ? FROM totals
      WHERE node = ? AND cleared = ? AND key = ? AND field = ?
      ON CONFLICT DO UPDATE SET total = max(total, excluded.total)`
    this.#statements.run(sql, total, node, cleared, key, field)
  }

  /** Removes what was counted under a config that is gone. */
  removeTotalsUnder(config: RecordKey): void {
    this.#statements.run('DELETE FROM totals WHERE parent = ?', config)
  }

  /** Removes what was counted before a clear. */
  removeTotalsBefore(cleared: Stamp): void {
    this.#statements.run('DELETE FROM totals WHERE cleared < ?', cleared)
  }

  /** What process runs other than `node` have counted. */
  sharesOfOthers(node: string): Share[] {
    const sql = `SELECT node, cleared, key, field, totals.total, coalesce(shares.total, 0) AS sent
      FROM totals LEFT JOIN shares USING (node, key, field) WHERE node <> ?`
    const shares = new Map<string, Share>()
    for (const row of this.#statements.rows<RunTotal & Omit<Share, 'totals'>>(sql, node)) {
      const { node: own, cleared, ...total } = row
      const id = `${own} ${cleared}`
      const share = shares.get(id) ?? { node: own, cleared, totals: [] }
      share.totals.push(total)
      shares.set(id, share)
    }
    return [...shares.values()]
  }

  /** Removes what was delivered of a share, but for what has risen since. */
  removeShare({ node, cleared, totals }: Share): void {
    const sql = 'DELETE FROM totals WHERE node = ? AND cleared = ? AND key = ? AND field = ? AND total = ?'
    for (const { key, field, total } of totals) {
      const isWhole = this.#statements.run(sql, node, cleared, key, field, total) > 0
      if (isWhole) this.removeTotal(node, { key, field, total })
      else this.#setShare(node, cleared, { key, field, total })
    }
  }

  removeRun(node: string): void {
    for (const table of ['totals', 'shares'])
      this.#statements.run(`DELETE FROM ${table} WHERE node = ?`, node)
  }

  counters(cursor: number, limit: number): (Counter & { rev: number })[] {
    const sql = 'SELECT key, field, total, rev FROM counters WHERE rev > ? ORDER BY rev LIMIT ?'
    return this.#statements.rows(sql, cursor, limit)
  }

  setCounter({ key, field, total }: Counter, rev: number): void {
    if (total === 0) this.#statements.run('DELETE FROM counters WHERE key = ? AND field = ?', key, field)
    else {
      const sql = 'INSERT OR REPLACE INTO counters VALUES (?, ?, ?, ?, ?)'
      this.#statements.run(sql, key, field, statsParent({ key, field }), total, rev)
    }
  }
}
