import Database from 'libsql'
import type { Box } from './box.ts'

export interface StoredRow {
  key: string
  json: string | null
  stamp: string
}

/** The services as they are stored, with their stamps, read past mcpstore. What was found out about them is left out. */
export function configsIn(box: Box): StoredRow[] {
  return (query(box, 'SELECT key, json, stamp FROM records ORDER BY key') as StoredRow[]).filter(({ key }) =>
    key.endsWith(':config'),
  )
}

/** What SQLite finds wrong with the box's file: `ok` is nothing. */
export function integrityOf(box: Box): string {
  return (query(box, 'PRAGMA integrity_check') as { integrity_check: string }[])
    .map(({ integrity_check }) => integrity_check)
    .join()
}

function query(box: Box, sql: string): unknown[] {
  const db = new Database(box.database, { timeout: 5000 })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}
