import type Libsql from 'libsql'
import { isStamp, NO_STAMP } from '../../records/stamp.ts'

/**
 * What a file says of itself that cannot be so, by name, and what to go by instead: only somebody else than a program of
 * ours writes a revision below that of a row, which would keep what comes next from everybody's eyes, or a clear beside
 * records that are older, which would drop them everywhere.
 */
export function spoiledMeta(
  db: Libsql.Database,
  { tables }: { tables: readonly string[] },
): [string, string][] {
  const meta = new Map(db.prepare('SELECT name, value FROM meta').raw().all() as [string, string][])
  const said = Number(meta.get('rev') || undefined)
  const last = lastRev(db, tables)
  const cleared = meta.get('cleared')
  const spoiled: [string, string][] = []
  if (!Number.isSafeInteger(said) || said < last) spoiled.push(['rev', String(last)])
  if (cleared !== NO_STAMP && !(isStamp(cleared) && isClear(db, cleared))) spoiled.push(['cleared', NO_STAMP])
  return spoiled
}

function lastRev(db: Libsql.Database, tables: readonly string[]): number {
  const each = tables.map((table) => `SELECT max(rev) AS rev FROM ${table}`)
  const [row] = db.prepare(`SELECT max(rev) AS rev FROM (${each.join(' UNION ALL ')})`).all() as {
    rev: unknown
  }[]
  return Number.isSafeInteger(row?.rev) ? (row!.rev as number) : 0
}

/** Whoever notes a clear removes in the same transaction what is older; what has no proper stamp orders nowhere. */
function isClear(db: Libsql.Database, cleared: string): boolean {
  const older = 'SELECT 1 FROM records WHERE stamp <= ? AND length(stamp) = ? LIMIT 1'
  return db.prepare(older).all(cleared, cleared.length).length === 0
}
