import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename, delimiter, isAbsolute, resolve } from 'node:path'
import { holdsPlaceholder } from '../config/placeholders/placeholder-syntax.ts'
import { quoted } from '../config/problem.ts'
import type { StdioConfig } from '../config/service-config.ts'
import { serverEnvironment } from '../connections/stdio/environment.ts'
import type { Fault } from './fault.ts'
import { remedies, wayTo, wayToGet } from './remedies.ts'

type Kind = 'file' | 'folder' | 'other' | 'nothing' | 'unknown'

/** Why a server cannot run in its folder, if so. */
export async function folderFault({ cwd }: StdioConfig): Promise<Fault | undefined> {
  if (cwd === undefined) return undefined
  const kind = await kindOf(cwd)
  if (kind === 'folder' || kind === 'unknown') return undefined
  const text = `its folder ${quotedPath(cwd)} ${kind === 'nothing' ? 'does not exist' : 'is not a folder'}`
  return critical('not_found', 'cwd', text, remedies.cwd)
}

/** Why its command cannot be started, if so. `shown` is the config as it may be shown. */
export async function commandFault(
  { command, cwd = '.', env }: StdioConfig,
  shown: StdioConfig,
): Promise<Fault | undefined> {
  if (holdsPlaceholder(command)) return undefined
  const name = quotedPath(shown.command)
  if (isAbsolute(command) || command.includes('/')) {
    const kind = await kindOf(resolve(cwd, command))
    if (kind === 'unknown') return undefined
    if (kind === 'nothing')
      return critical('not_found', 'command', `its command ${name} does not exist`, wayTo(command))
    if (kind === 'folder')
      return critical('not_executable', 'command', `its command ${name} is a folder`, remedies.command)
    return (await isExecutable(resolve(cwd, command))) ? undefined : notExecutable(name)
  }
  const files = candidates(command, cwd, serverEnvironment(env))
  for (const file of files) if (await isExecutable(file)) return undefined
  for (const file of files) if ((await kindOf(file)) === 'file') return notExecutable(name)
  return critical('not_found', 'command', `its command ${name} is not on the PATH`, wayToGet(command, env))
}

const interpreter = /^(?:node|nodejs|bun|tsx|python[\d.]*|ruby|sh|bash)(?:\.exe)?$/
const script = /\.(?:[cm]?[jt]s|py|rb|sh)$/

/** Whether the script that an interpreter is to run is not there; options may hide which one that is. */
export async function scriptFault(
  { command, args = [], cwd = '.' }: StdioConfig,
  shown: StdioConfig,
): Promise<Fault | undefined> {
  if (!interpreter.test(basename(command))) return undefined
  const at = args.findIndex((arg) => !arg.startsWith('-'))
  const path = args[at]
  if (path === undefined || !script.test(path) || holdsPlaceholder(path) || /^\w+:/.test(path))
    return undefined
  // Before a relative one there may be an option that it belongs to.
  if (at > 0 && !isAbsolute(path)) return undefined
  if ((await kindOf(resolve(cwd, path))) !== 'nothing') return undefined
  const text = `its script ${quotedPath(shown.args?.[at] ?? '')} does not exist`
  return critical('not_found', `args[${at}]`, text, `Correct "args[${at}]" in its config, or its "cwd".`)
}

function notExecutable(name: string): Fault {
  const text = `its command ${name} is not an executable file`
  return critical('not_executable', 'command', text, remedies.notExecutable)
}

function critical(fault: string, field: string, text: string, hint: string): Fault {
  return { fault, field, severity: 'critical', text, hint }
}

/** The files that a bare command may be, as the system looks for them. */
function candidates(command: string, cwd: string, env: Record<string, string>): string[] {
  const isWindows = process.platform === 'win32'
  const endings = isWindows ? ['', ...(env['PATHEXT'] ?? '.EXE;.CMD').split(';')] : ['']
  const folders = (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)
  return folders.flatMap((folder) => endings.map((ending) => resolve(cwd, folder, command + ending)))
}

async function isExecutable(file: string): Promise<boolean> {
  if ((await kindOf(file)) !== 'file') return false
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function kindOf(path: string): Promise<Kind> {
  try {
    const found = await stat(path)
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'nothing' : 'unknown'
  }
}

/** Paths are longer than names, and of use only whole. */
function quotedPath(path: string): string {
  return path.length > 60 ? JSON.stringify(path) : quoted(path)
}
