import { lstat, stat } from 'node:fs/promises'
import { storeError } from '../errors.ts'

/** Whether there is something to read. @throws `bad_config` where it is no file */
export async function isThere(file: string): Promise<boolean> {
  const fault = (error: NodeJS.ErrnoException) => error.code
  const own = await lstat(file).catch(fault)
  if (own === 'ENOENT' || own === 'ENOTDIR') return false
  const target = await stat(file).catch(fault)
  // What else is wrong shows when it is read.
  if (typeof target === 'object' && !target.isFile()) {
    throw storeError('bad_config', `cannot read ${file}: it is no file`)
  }
  return true
}
