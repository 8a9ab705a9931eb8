import { closeSync, fsyncSync, linkSync, lstatSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type Libsql from 'libsql'
import { draftOf, removeDeadDrafts } from './drafts.ts'
import { openEmpty } from './snapshot.ts'

/**
 * Makes the file, for this user only, where there is none: with all of its tables, or, on a full disk, not at all. One that is
 * there is left alone: to close any descriptor of it would end every lock this process has on it (fcntl(2)), those of
 * SQLite included.
 */
export function makeFile(Database: typeof Libsql, file: string, tables: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false })
  // A second name is that of a draft: whoever made the file was killed before he removed it.
  if (!found || found.nlink > 1) removeDeadDrafts(dirname(file))
  if (found) return
  const draft = draftOf(file)
  try {
    closeSync(openSync(draft, 'wx', 0o600))
    writeTables(Database, draft, tables)
    place(draft, file)
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeTables(Database: typeof Libsql, draft: string, tables: string): void {
  const empty = openEmpty(Database, tables)
  try {
    empty.prepare('VACUUM INTO ?').run(draft)
  } finally {
    empty.close()
  }
  const written = openSync(draft, 'r+')
  try {
    fsyncSync(written)
  } finally {
    closeSync(written)
  }
}

/** Gives it its name, unless another process was first; where no file can have two names, an empty one is filled there. */
function place(draft: string, file: string): void {
  try {
    linkSync(draft, file)
  } catch {
    makeEmpty(file)
  }
}

function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  }
}
