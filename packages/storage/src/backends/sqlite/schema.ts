import type Libsql from 'libsql'
import { BackendError } from '../../link/health.ts'
import { somethingElse } from './errors.ts'
import { spoiledMeta } from './spoiled-meta.ts'

/** What this version writes: a newer minor is read and kept, a newer major is refused. */
const SCHEMA = { major: 1, minor: 1 }

/** Whether a file is a dataspace of its own, or what is kept here of one that lies elsewhere. */
export type FileKind = 'dataspace' | 'mirror'

/** What every file has. */
export const TABLES: string = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE records (
    key TEXT PRIMARY KEY, json TEXT, stamp TEXT NOT NULL, basis TEXT NOT NULL, seen TEXT NOT NULL,
    rev INTEGER NOT NULL, expires INTEGER, head TEXT
  );
  CREATE INDEX records_by_rev ON records (rev);
  CREATE INDEX records_by_stamp ON records (stamp);
  CREATE TABLE counters (
    key TEXT NOT NULL, field TEXT NOT NULL, parent TEXT NOT NULL, total INTEGER NOT NULL, rev INTEGER NOT NULL,
    PRIMARY KEY (key, field)
  );
  CREATE INDEX counters_by_rev ON counters (rev);
  CREATE TABLE shares (
    node TEXT NOT NULL, key TEXT NOT NULL, field TEXT NOT NULL, parent TEXT NOT NULL, total INTEGER NOT NULL,
    PRIMARY KEY (node, key, field)
  );
  CREATE TABLE sharers (node TEXT PRIMARY KEY, last INTEGER NOT NULL);
  CREATE TABLE conflicts (loser TEXT PRIMARY KEY, conflict TEXT NOT NULL);
  CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL, ttl INTEGER NOT NULL);
  INSERT INTO meta VALUES ('schema', '${SCHEMA.major}.${SCHEMA.minor}'), ('rev', '0'), ('cleared', ''), ('ids', '');
`

/** What makes a file of version 1.0 one of this version: it had no heads, no note of who counted when, and fewer indexes. */
const UPGRADE = `
  ALTER TABLE records ADD COLUMN head TEXT;
  CREATE TABLE IF NOT EXISTS sharers (node TEXT PRIMARY KEY, last INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS records_by_stamp ON records (stamp);
  CREATE INDEX IF NOT EXISTS counters_by_rev ON counters (rev);
  UPDATE meta SET value = '1.1' WHERE name = 'schema';
`

/** Tables whose rows have a revision. */
const REVISED: Record<FileKind, readonly string[]> = {
  dataspace: ['records', 'counters'],
  mirror: ['records', 'counters', 'outbox'],
}

/** The statements that make a file of this kind. */
export function madeOf(kind: FileKind, moreTables: string): string {
  return `${TABLES} INSERT INTO meta VALUES ('kind', '${kind}'); ${moreTables}`
}

/** Has the tables made in a file that has none. @throws `BackendError` for a file of another kind, of a newer version, or of something else */
export function requireTables(
  db: Libsql.Database,
  file: string,
  { kind, made }: { kind: FileKind; made: string },
): void {
  checkVersion(metaOf(db, 'schema') ?? create(db, file, made), file)
  checkKind(metaOf(db, 'kind'), kind, file)
}

/** @throws `BackendError` for tables of a newer version */
export function checkSchema(db: Libsql.Database, file: string): void {
  checkVersion(metaOf(db, 'schema'), file)
}

/** Brings the tables up to date, and puts right what somebody has spoiled by hand. */
export function mendTables(db: Libsql.Database, kind: FileKind): void {
  upgrade(db)
  mendMeta(db, REVISED[kind])
}

/** Makes the tables in a file that has none, unless another process did so meanwhile; answers the schema that is there now. */
function create(db: Libsql.Database, file: string, tables: string): string {
  const isMade = db.prepare('SELECT 1 FROM sqlite_master').all().length > 0
  // All of it is made at once, so whoever sees a table of ours sees the schema too.
  if (isMade && metaOf(db, 'schema') === undefined) {
    throw somethingElse(file)
  }
  atOnce(db, () => {
    if (metaOf(db, 'schema') === undefined) db.exec(tables)
  })
  return metaOf(db, 'schema')!
}

/** Brings tables of version 1.0 up to date. Its programs go on with what comes. */
function upgrade(db: Libsql.Database): void {
  if (metaOf(db, 'schema') !== '1.0') return
  atOnce(db, () => {
    if (metaOf(db, 'schema') === '1.0') db.exec(UPGRADE)
  })
}

/** Puts right what somebody has spoiled by hand. */
function mendMeta(db: Libsql.Database, tables: readonly string[]): void {
  if (spoiledMeta(db, { tables }).length === 0) return
  const set = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)')
  atOnce(db, () => {
    for (const fact of spoiledMeta(db, { tables })) set.run(...fact)
  })
}

function checkVersion(schema: string | undefined, file: string): void {
  if (Number(schema?.split('.')[0]) === SCHEMA.major) return
  throw new BackendError('down', `${file} was written by a newer mcpstore (schema ${schema})`, {
    hint: 'Update mcpstore, or use another folder with --home or MCPSTORE_HOME.',
  })
}

function checkKind(found: FileKind | string = 'dataspace', wanted: FileKind, file: string): void {
  if (found === wanted) return
  const is = found === 'mirror' ? 'the mirror of a dataspace on Redis' : 'a local dataspace'
  throw new BackendError('down', `${file} is ${is}`, {
    hint: 'Use another file; only export and import move services.',
  })
}

function metaOf(db: Libsql.Database, name: string): string | undefined {
  const made = db.prepare("SELECT 1 AS made FROM sqlite_master WHERE name = 'meta'").all().length > 0
  const [row] = made
    ? (db.prepare('SELECT value FROM meta WHERE name = ?').all(name) as { value: string }[])
    : []
  return row?.value
}

function atOnce(db: Libsql.Database, task: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    task()
    db.exec('COMMIT')
  } catch (thrown) {
    // What failed for want of room has ended it already.
    if (db.inTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}
