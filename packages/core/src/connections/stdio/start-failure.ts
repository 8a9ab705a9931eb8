import { existsSync, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { StdioConfig } from '../../config/service-config.ts'
import { asError } from '../../errors.ts'
import { remedies, wayTo, wayToGet } from '../../faults/remedies.ts'
import type { Verdict } from '../verdict.ts'

/** Why the process could not be started at all, said so that the config can be mended. */
export function startFailure(error: NodeJS.ErrnoException, { command, cwd, env }: StdioConfig): Verdict {
  const verdict = (words: string, hint: string): Verdict => ({ fate: 'unsent', words, hint })
  const fault = cwd === undefined ? undefined : folderFault(cwd)
  if (fault !== undefined) {
    return verdict(`cannot start: its folder "${cwd}" ${fault}`, remedies.cwd)
  }
  const path = isAbsolute(command) || command.includes('/') ? resolve(cwd ?? '.', command) : undefined
  if (error.code === 'ENOENT') {
    if (path !== undefined && existsSync(path)) {
      const hint = 'Install the interpreter that the first line of the file names.'
      return verdict(`cannot start: the interpreter of "${command}" does not exist`, hint)
    }
    const hint = path !== undefined ? wayTo(command) : wayToGet(command, env)
    return verdict(`cannot start: the command "${command}" was not found`, hint)
  }
  if (error.code === 'EACCES') {
    if (path !== undefined && folderFault(path) === undefined) {
      return verdict(`cannot start: "${command}" is a folder`, remedies.command)
    }
    return verdict(`cannot start: "${command}" is not an executable file`, remedies.notExecutable)
  }
  const hint = 'Check "command", "args", "env" and "cwd" in its config.'
  return verdict(`cannot start "${command}": ${error.code ?? error.message}`, hint)
}

const folderFaults: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is no folder',
  EACCES: 'may not be entered',
  ELOOP: 'is a link that leads in a circle',
}

/** Why nothing can run in this folder, if so. */
function folderFault(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? undefined : 'is not a folder'
  } catch (thrown) {
    const { code = '' } = asError(thrown) as NodeJS.ErrnoException
    return folderFaults[code] ?? `cannot be used: ${code}`
  }
}
