import { randomBytes } from 'node:crypto'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { CliError, usageError } from '../failures/cli-error.ts'

const faults: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'its folder may not be written to',
  EPERM: 'its folder may not be written to',
  EROFS: 'its disk may only be read',
}

/**
 * Writes a file for this user only (0600), whole or not at all. One that is there stays, unless `force` puts this in its
 * place, which `toForce` is the command for. Throws `already_exists`, `usage` or `storage`.
 */
export async function writePrivateFile(
  path: string,
  text: string,
  { written, force, toForce }: { written: string; force: boolean; toForce: string },
): Promise<void> {
  const there = await lstat(path).catch(() => undefined)
  if (there && !(there.isFile() || there.isSymbolicLink())) {
    throw usageError(`"${written}" is no file`, 'Name a file, or write - for stdout.')
  }
  if (there && !force) throw exists(written, toForce)
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    if (force) {
      await writeNew(beside, text)
      await rename(beside, path)
    } else await writeNew(path, text)
  } catch (thrown) {
    const { code = '', message } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') throw exists(written, toForce)
    const fault = faults[code]
    if (fault) throw usageError(`"${written}" cannot be written: ${fault}`)
    throw new CliError('storage', `"${written}" was not written: ${message}`)
  }
}

/** Leaves nothing of it where it cannot be written whole. */
async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (thrown) {
    await rm(path, { force: true })
    throw thrown
  } finally {
    await file.close()
  }
}

function exists(written: string, toForce: string): CliError {
  return new CliError(
    'already_exists',
    `there is a file "${written}" already`,
    `Name another file, or write over it: ${toForce}`,
  )
}
