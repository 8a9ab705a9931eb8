import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { BackendError, type HealthState } from '../../link/health.ts'

interface Diagnosis {
  state: HealthState
  what: string
  hint: string
}

const LOCKED: Diagnosis = {
  state: 'suspect',
  what: 'is locked by another process',
  hint: 'Wait for that process or end it, then try again.',
}
const FULL: Diagnosis = {
  state: 'write-degraded',
  what: 'cannot grow: the disk is full',
  hint: 'Free some space, or use another folder with --home or MCPSTORE_HOME.',
}
const READONLY: Diagnosis = {
  state: 'write-degraded',
  what: 'cannot be written',
  hint: 'See that its file system takes writes, and you may write to the file and its folder, or use another with --home or MCPSTORE_HOME.',
}
const CORRUPT: Diagnosis = {
  state: 'down',
  what: 'is not a sound database',
  hint: 'Move the file aside; mcpstore then starts with an empty one. What is in it was not touched.',
}
const UNREADABLE: Diagnosis = {
  state: 'down',
  what: 'cannot be opened',
  hint: 'Check that the folder exists and is yours, or use another with --home or MCPSTORE_HOME.',
}
const BROKEN_DISK: Diagnosis = {
  state: 'write-degraded',
  what: 'cannot be written: the disk answered with an error',
  hint: 'Check the disk, its space and its quota, or use another folder with --home or MCPSTORE_HOME.',
}

/** SQLite's primary result codes, https://sqlite.org/rescode.html. */
const BY_CODE: Record<number, Diagnosis> = {
  3: READONLY,
  5: LOCKED,
  6: LOCKED,
  8: READONLY,
  10: BROKEN_DISK,
  11: CORRUPT,
  13: FULL,
  14: UNREADABLE,
  15: LOCKED,
  23: READONLY,
  26: CORRUPT,
}

const BY_SYSTEM_CODE: Record<string, Diagnosis> = { ENOSPC: FULL, EDQUOT: FULL, EFBIG: FULL, EROFS: READONLY }

/** What a failure of SQLite, or of the file system below it, means for the dataspace in `file`. */
export function classify(thrown: unknown, file: string): BackendError {
  if (thrown instanceof BackendError) return thrown
  const { code } = thrown as { code?: string }
  const diagnosis = BY_CODE[primaryCode(thrown)] ?? BY_SYSTEM_CODE[code ?? ''] ?? UNREADABLE
  if (diagnosis === UNREADABLE && isFolder(file)) {
    const hint = 'Move it aside, or use another place with --home or MCPSTORE_HOME.'
    return new BackendError('down', `${file} is a folder`, { hint, cause: thrown })
  }
  return diagnosis === READONLY ? readOnly(file, thrown) : diagnosed(diagnosis, file, thrown)
}

/** Whether it failed because something may not be written. */
export function isReadOnly(thrown: unknown): boolean {
  const { code = '' } = thrown as { code?: string }
  return ['EACCES', 'EPERM', 'EROFS'].includes(code) || [3, 8, 14].includes(primaryCode(thrown))
}

/** Whether it failed because something cannot be made or grow; SQLite calls most of that an error of the disk. */
export function isOutOfRoom(thrown: unknown): boolean {
  const { code = '' } = thrown as { code?: string }
  return BY_SYSTEM_CODE[code] === FULL || [10, 13].includes(primaryCode(thrown))
}

/** The error of a write to what may only be read; the hint names what lacks the permission. */
export function readOnly(file: string, thrown: unknown): BackendError {
  const locked = [file, `${file}-wal`, `${file}-shm`, folderOf(file)].find((path) => !mayWrite(path))
  if (!locked) return diagnosed(READONLY, file, thrown)
  const mode = (statSync(locked).mode & 0o777).toString(8).padStart(4, '0')
  const what = `${locked} has the permissions ${mode}`
  const hint = `${what}: let yourself write there (chmod u+w), or use another folder with --home or MCPSTORE_HOME.`
  return diagnosed({ ...READONLY, hint }, file, thrown)
}

/** The folder the file is in, or of those that are still to be made the one above. */
function folderOf(file: string): string {
  const folder = dirname(file)
  return existsSync(folder) || folder === file ? folder : folderOf(folder)
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** What is not there is no obstacle itself. */
function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EACCES'
  }
}

function diagnosed({ state, what, hint }: Diagnosis, file: string, thrown: unknown): BackendError {
  const { message } = thrown as { message?: string }
  return new BackendError(state, `${file} ${what}${message ? ` (${message})` : ''}`, { hint, cause: thrown })
}

/** SQLite's own code; of a file that could not be opened it stands in the message only. */
function primaryCode(thrown: unknown): number {
  const { rawCode, message } = thrown as { rawCode?: number; message?: string }
  return (rawCode ?? Number(/^Unable to open.*: (\d+)/.exec(message ?? '')?.[1])) & 0xff
}

/** The file that was open is not there any more, or another one is in its place. */
export function vanished(file: string): BackendError {
  return new BackendError('down', `${file} was removed or replaced while it was open`, {
    hint: 'It is made anew from what this process knows; to empty a dataspace use mcpstore clear',
  })
}

/** A sound database, but none of ours. */
export function somethingElse(file: string): BackendError {
  return new BackendError('down', `${file} is a database of something else`, { hint: 'Use another file.' })
}
