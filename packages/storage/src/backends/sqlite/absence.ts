import { lstatSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { BackendError } from '../../link/health.ts'

/** Why there is nothing to read: no file was made yet, or the one that is there has no bytes. */
export type Absence = 'missing' | 'empty'

/** Who makes a file fills it at once: one that stays empty for as many looks as this is nobody's who is just making it. */
const LOOKS = 25
const BETWEEN_LOOKS_MS = 10

/** The same as `absenceOf`, but a file is only called empty that is not being made at this moment. */
export async function lastingAbsenceOf(file: string): Promise<Absence | undefined> {
  for (let looks = 1; ; looks++) {
    const absence = absenceOf(file)
    if (absence !== 'empty' || looks === LOOKS) return absence
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS))
  }
}

/**
 * Whether there is nothing to read; `undefined` also where that cannot be told.
 * @throws `BackendError` when the file was cut off: SQLite takes it for a new one, and would remove the log beside it.
 */
function absenceOf(file: string): Absence | undefined {
  // The log first: whoever makes the file at this moment writes to it before there is a log.
  const log = sizeOf(`${file}-wal`)
  const size = sizeOf(file)
  if (size === 0 && log) {
    throw new BackendError('down', `${file} was cut off: it is empty, and the log beside it is not`, {
      hint: 'Restore it from a copy, or move both aside; mcpstore then starts with an empty one. Nothing was touched.',
    })
  }
  if (size === 0) return 'empty'
  return size === undefined && mayBeMade(file) ? 'missing' : undefined
}

/** In bytes; `undefined` for what is no file, and where nobody may look. */
function sizeOf(path: string): number | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat?.isFile() ? stat.size : undefined
  } catch {
    return undefined
  }
}

/** Whether nothing stands in its place, nor in that of a folder it would lie in. Never throws. */
export function mayBeMade(file: string): boolean {
  if (isThere(file)) return false
  let folder = dirname(file)
  while (!isThere(folder) && folder !== dirname(folder)) folder = dirname(folder)
  try {
    return statSync(folder).isDirectory()
  } catch {
    return false
  }
}

/** Where nobody may look, something may be. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path) !== undefined
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}
