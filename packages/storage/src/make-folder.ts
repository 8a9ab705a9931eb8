import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes the folder and those above it where they are missing, for this user only, or as `mode` and the umask say; one by one, as
 * Node's own way never ends below /proc.
 */
export function makeFolder(folder: string, { mode = 0o700 }: { mode?: number } = {}): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder), { mode })
  try {
    mkdirSync(folder, { mode })
  } catch (thrown) {
    // Another process may have made it meanwhile.
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  }
}
