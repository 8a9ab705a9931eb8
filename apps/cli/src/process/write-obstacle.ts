import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CliError } from '../failures/cli-error.ts'

const refusals: Readonly<Record<string, string>> = {
  EACCES: 'may not be written',
  EPERM: 'may not be written',
  EROFS: 'lies on a read-only file system',
}

/**
 * Why a change could not be saved in this file, as far as permissions tell, or `undefined`: whether it is locked, or
 * the disk full, only shows when something is written.
 */
export async function writeObstacle(file: string): Promise<CliError | undefined> {
  const folder = await folderOf(file)
  for (const path of [file, `${file}-wal`, `${file}-shm`, folder]) {
    const why = refusals[(await faultOf(path)) ?? '']
    const hint = 'Let yourself write there, or use another folder with --home or MCPSTORE_HOME.'
    const isAbove = path === folder && folder !== dirname(file)
    const what = isAbove
      ? `no change can be saved in ${dirname(file)}, which cannot be made`
      : 'no change can be saved'
    if (why) return new CliError('storage', `${what}: ${path} ${why}`, hint)
  }
  return undefined
}

/** The folder of the file, or of those that are still to be made the one above. */
async function folderOf(path: string): Promise<string> {
  const folder = dirname(path)
  return folder !== path && (await faultOf(folder)) === 'ENOENT' ? folderOf(folder) : folder
}

async function faultOf(path: string): Promise<string | undefined> {
  return access(path, constants.W_OK).then(
    () => undefined,
    ({ code }: NodeJS.ErrnoException) => code,
  )
}
