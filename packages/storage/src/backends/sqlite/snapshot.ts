import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type Libsql from 'libsql'

/**
 * Opens the file as it is, without a lock or a log beside it, which need a folder that can be written; where there is
 * no file, an empty database of these tables. `undefined` when it cannot be told what is there.
 */
export function openSnapshot(
  Database: typeof Libsql,
  file: string,
  tables: string,
): Libsql.Database | undefined {
  try {
    if (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size) return undefined
    if (statSync(file, { throwIfNoEntry: false })) return new Database(`${pathToFileURL(file)}?immutable=1`)
  } catch {
    return undefined
  }
  return openEmpty(Database, tables)
}

/** An empty database of these tables that leaves no trace. */
export function openEmpty(Database: typeof Libsql, tables: string): Libsql.Database {
  const db = new Database(':memory:')
  db.exec(tables)
  return db
}
