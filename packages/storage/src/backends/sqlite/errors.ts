import { BackendError, type HealthState } from '../../health.ts'

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
  hint: 'Give yourself write permission to the file and its folder, or use another with --home or MCPSTORE_HOME.',
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
  const { rawCode, code, message } = thrown as { rawCode?: number; code?: string; message?: string }
  const primary = (rawCode ?? Number(/^Unable to open.*: (\d+)/.exec(message ?? '')?.[1])) & 0xff
  const { state, what, hint } = BY_CODE[primary] ?? BY_SYSTEM_CODE[code ?? ''] ?? UNREADABLE
  const detail = message ? ` (${message})` : ''
  return new BackendError(state, `${file} ${what}${detail}`, { hint, cause: thrown })
}

/** The file that was open is not there any more, or another one is in its place. */
export function vanished(file: string): BackendError {
  return new BackendError('down', `${file} was removed or replaced while it was open`, {
    hint: 'It is made anew from what this process knows; to empty a dataspace use mcpstore clear.',
  })
}
