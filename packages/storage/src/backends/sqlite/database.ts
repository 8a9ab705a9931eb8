import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type Libsql from 'libsql'
import { BackendError } from '../../link/health.ts'
import { makeFolder } from '../../make-folder.ts'
import { type Absence, lastingAbsenceOf } from './absence.ts'
import { isReadOnly, readOnly, somethingElse } from './errors.ts'
import { makeFile } from './make-file.ts'
import { openEmpty, openSnapshot } from './snapshot.ts'
import { spoiledMeta } from './spoiled-meta.ts'

/** A connection that waits longer for a lock freezes the host; the tier tries again without blocking instead. */
export const BUSY_TIMEOUT_MS = 5

/** What this version writes: a newer minor is read and kept, a newer major is refused. */
const SCHEMA = { major: 1, minor: 1 }

/** Whether a file is a dataspace of its own, or what is kept here of one that lies elsewhere. */
export type FileKind = 'dataspace' | 'mirror'

const TABLES = `
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

/**
 * A commit to a mirror survives the end of the process, but not always that of the machine: to wait for the disk would
 * take a hundred times as long, now and then for a full log too.
 */
const PRAGMAS: Record<FileKind, readonly string[]> = {
  dataspace: ['synchronous = FULL'],
  mirror: ['synchronous = NORMAL', 'wal_autocheckpoint = 4000'],
}

/** Tables whose rows have a revision. */
const REVISED: Record<FileKind, readonly string[]> = {
  dataspace: ['records', 'counters'],
  mirror: ['records', 'counters', 'outbox'],
}

/** An open file, and which file that is, so that its replacement is noticed. */
export interface OpenFile {
  db: Libsql.Database
  /** `undefined` when there is no file, and none can be made. */
  identity: string | undefined
  /** Why nothing can be written; what was open at the time can be read. */
  frozen?: BackendError
  /** Why there is nothing: then what is open is empty, and leaves no trace. */
  absent?: Absence | undefined
}

export interface OpenOptions {
  /** An upper bound for the file, in pages of 4096 bytes. */
  maxPages?: number | undefined
  /** A file of another kind is refused. */
  kind: FileKind
  /** More tables, made where there is no file yet. */
  moreTables?: string
  /** `false` makes no file: where there is none, nothing is read. Default: `true`. */
  make?: boolean
}

/**
 * Opens the file, and makes it, for this user only, where there is none. Where neither it nor its folder may be
 * written, what is there can be read: nothing, if there is no file.
 */
export async function openFile(file: string, options: OpenOptions): Promise<OpenFile> {
  const Database = await loadLibsql()
  const tables = TABLES + (options.moreTables ?? '')
  const absent = await lastingAbsenceOf(file)
  if (absent && options.make === false) {
    return { db: openEmpty(Database, tables), identity: fileIdentity(file), absent }
  }
  try {
    return openWritable(Database, file, options)
  } catch (thrown) {
    const db = isReadOnly(thrown) ? openSnapshot(Database, file, tables) : undefined
    if (!db) throw thrown
    checkSchema(metaOf(db, 'schema'), file)
    return { db, identity: fileIdentity(file), frozen: readOnly(file, thrown) }
  }
}

function openWritable(
  Database: typeof Libsql,
  file: string,
  { maxPages, kind, moreTables = '' }: OpenOptions,
): OpenFile {
  const made = `${TABLES} INSERT INTO meta VALUES ('kind', '${kind}'); ${moreTables}`
  makeFolder(dirname(file))
  makeFile(Database, file, made)
  closeToOthers(file)
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    tryToRead(db)
    checkSchema(metaOf(db, 'schema') ?? create(db, file, made), file)
    checkKind(metaOf(db, 'kind'), kind, file)
    db.exec('PRAGMA journal_mode = WAL')
    upgrade(db)
    mendMeta(db, REVISED[kind])
    for (const pragma of PRAGMAS[kind]) db.exec(`PRAGMA ${pragma}`)
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`)
  } catch (thrown) {
    db.close()
    throw thrown
  }
  return { db, identity: fileIdentity(file) }
}

/** Takes away what an older version, a copy or a restore gave to others, by name: see `makeFile`. */
function closeToOthers(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat?.isFile() || stat.uid !== process.getuid?.() || (stat.mode & 0o077) === 0) continue
    chmodSync(path, stat.mode & 0o700)
  }
}

/** Tells a file, and the log beside it, from others that took their names; `undefined` when there is no file. */
export function fileIdentity(file: string): string | undefined {
  const parts = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }))
  return parts[0] && parts.map((stat) => `${stat?.dev}:${stat?.ino}`).join(' ')
}

let libsql: typeof Libsql | undefined

/** Kept: a process that has given up rights since it loaded it may not find it again. */
export async function loadLibsql(): Promise<typeof Libsql> {
  try {
    libsql ??= (await import('libsql')).default
    return libsql
  } catch (cause) {
    throw new BackendError(
      'down',
      `the native part of libsql for ${process.platform}-${process.arch} is missing`,
      {
        hint: 'Install again with optional dependencies (npm install --include=optional).',
        cause,
      },
    )
  }
}

/**
 * Reads what every commit changes, if it is there. libsql closes a file only once its statements are collected, and until then
 * nobody gets over a log that was removed: so nothing is prepared where reading fails.
 */
function tryToRead(db: Libsql.Database): void {
  try {
    db.exec('SELECT * FROM meta')
  } catch (thrown) {
    const isMissing = (thrown as { rawCode?: number }).rawCode === 1
    if (!isMissing) throw thrown
  }
}

function metaOf(db: Libsql.Database, name: string): string | undefined {
  const made = db.prepare("SELECT 1 AS made FROM sqlite_master WHERE name = 'meta'").all().length > 0
  const [row] = made
    ? (db.prepare('SELECT value FROM meta WHERE name = ?').all(name) as { value: string }[])
    : []
  return row?.value
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

function checkKind(found: FileKind | string = 'dataspace', wanted: FileKind, file: string): void {
  if (found === wanted) return
  const is = found === 'mirror' ? 'the mirror of a dataspace on Redis' : 'a local dataspace'
  throw new BackendError('down', `${file} is ${is}`, {
    hint: 'Use another file; only export and import move services.',
  })
}

function checkSchema(schema: string | undefined, file: string): void {
  if (Number(schema?.split('.')[0]) === SCHEMA.major) return
  throw new BackendError('down', `${file} was written by a newer mcpstore (schema ${schema})`, {
    hint: 'Update mcpstore, or use another folder with --home or MCPSTORE_HOME.',
  })
}
