import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type Libsql from 'libsql'
import { BackendError } from '../../link/health.ts'
import { makeFolder } from '../../make-folder.ts'
import { type Absence, lastingAbsenceOf } from './absence.ts'
import { classify, isOutOfRoom, isReadOnly, readOnly } from './errors.ts'
import { makeFile } from './make-file.ts'
import { checkSchema, type FileKind, madeOf, mendTables, requireTables, TABLES } from './schema.ts'
import { openEmpty, openSnapshot } from './snapshot.ts'

/** A connection that waits longer for a lock freezes the host; the tier tries again without blocking instead. */
export const BUSY_TIMEOUT_MS = 5

/**
 * A commit to a mirror survives the end of the process, but not always that of the machine: to wait for the disk would
 * take a hundred times as long, now and then for a full log too.
 */
const PRAGMAS: Record<FileKind, readonly string[]> = {
  dataspace: ['synchronous = FULL'],
  mirror: ['synchronous = NORMAL', 'wal_autocheckpoint = 4000'],
}

/** What SQLite makes beside a file, at least, as long as somebody has it open. */
const INDEX_BYTES = 32 * 1024

/** An open file, and which file that is, so that its replacement is noticed. */
export interface OpenFile {
  db: Libsql.Database
  /** `undefined` when there is no file, and none can be made. */
  identity: string | undefined
  /** Why nothing can be written; what was open at the time can be read. */
  frozen?: BackendError
  /** What it held then, if it is frozen: see `fileContents`. */
  contents?: string
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
    const frozen = whyFrozen(thrown, file)
    // Before it is read: what is written meanwhile is another state.
    const contents = fileContents(file)
    const db = frozen && openSnapshot(Database, file, tables)
    if (!db) throw thrown
    checkSchema(db, file)
    return { db, identity: fileIdentity(file), frozen, contents }
  }
}

/** Why it can only be read as it is, where that is so: it may not be written, or the disk has no room for what that needs. */
function whyFrozen(thrown: unknown, file: string): BackendError | undefined {
  if (isReadOnly(thrown)) return readOnly(file, thrown)
  if (!isOutOfRoom(thrown) || sizeOf(file) === 0) return undefined
  // With an index somebody else may have it open, and write to it.
  return sizeOf(`${file}-shm`) < INDEX_BYTES ? classify(thrown, file) : undefined
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function openWritable(
  Database: typeof Libsql,
  file: string,
  { maxPages, kind, moreTables = '' }: OpenOptions,
): OpenFile {
  const made = madeOf(kind, moreTables)
  makeFolder(dirname(file))
  makeFile(Database, file, made)
  closeToOthers(file)
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    tryToRead(db)
    requireTables(db, file, { kind, made })
    db.exec('PRAGMA journal_mode = WAL')
    mendTables(db, kind)
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

/** Another when something was written to the file or the log beside it, which what was frozen does not notice. */
export function fileContents(file: string): string {
  const parts = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }))
  return parts.map((stat) => (stat?.size ? `${stat.ino}:${stat.size}:${stat.mtimeNs}` : '')).join(' ')
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
        hint: 'Install again with optional dependencies (npm install --include=optional). A bundler has to leave libsql outside (external).',
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
