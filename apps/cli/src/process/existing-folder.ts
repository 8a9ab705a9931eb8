import { isAbsolute, resolve } from 'node:path'
import { usageError } from '../failures/cli-error.ts'
import { REMOVED } from './current-folder.ts'

/** The folder itself. @throws `usage` where it is the one that was removed, or would be in it */
export function existingFolder(folder: string): string {
  if (!folder.startsWith(REMOVED)) return folder
  throw usageError('the current folder does not exist any more', 'Go to one that does, for example: cd')
}

/** The path of a file as it was written, seen from a folder. @throws `usage` where that is needed and was removed */
export function pathFrom(folder: string, written: string): string {
  return isAbsolute(written) ? resolve(written) : resolve(existingFolder(folder), written)
}
