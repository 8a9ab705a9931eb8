import { posix, win32 } from 'node:path'
import type { ServiceConfig } from '../service-config.ts'
import type { ClientId } from './client-ids.ts'
import type { Dialect, Path } from './dialect.ts'

/** The machine whose files are looked for. */
export interface Machine {
  platform: NodeJS.Platform
  env: Record<string, string | undefined>
  /** The user's folder. */
  home: string
}

/** Where a client keeps services. */
export interface FilePlace {
  file: string
  /** Where in the file, if not at its top. */
  inside?: Path
  /** The folder it speaks of; none for what is a user's own. */
  project?: string
}

/** An entry in the client's words, and the fields it has no words for, each with why. */
export interface Written {
  entry: Record<string, unknown>
  unsaid: string[]
}

/** What a client keeps apart from its services about which of them are off. */
export interface Switches {
  places(machine: Machine, folders: readonly string[]): FilePlace[]
  /** Whether what stands in one of these places switches off the service of this name that stands in `place`. */
  isOff(name: string, settings: unknown, place: FilePlace): boolean
}

/** A program that keeps MCP services in files of its own. */
export interface Client extends Dialect {
  id: ClientId
  title: string
  format: 'json' | 'toml'
  /** The user's own files, wherever they are on such a machine. */
  userFiles(machine: Machine): string[]
  /** Files of a project, below its folder. */
  projectFiles: readonly string[]
  /** Whether those of the folders above count too, up to the repository's own. */
  upwards: boolean
  /** More places, for a program that keeps what is about folders in a file of the user's. */
  otherPlaces?(machine: Machine, folders: readonly string[]): FilePlace[]
  /** Where else it keeps which of them it does not start. */
  switches?: Switches
  /** The service in its words, or why it has none. */
  write(config: ServiceConfig): Written | string
  /** A whole file with these entries. */
  document(entries: Record<string, object>): object
}

/** Paths are joined as that machine does. */
export function joined(machine: Machine, ...parts: string[]): string {
  return (machine.platform === 'win32' ? win32 : posix).join(...parts)
}

/** Below the folder in which programs with a window keep their settings. */
export function inAppData(machine: Machine, ...parts: string[]): string {
  const { platform, env, home } = machine
  if (platform === 'win32')
    return joined(machine, env['APPDATA'] || joined(machine, home, 'AppData', 'Roaming'), ...parts)
  if (platform === 'darwin') return joined(machine, home, 'Library', 'Application Support', ...parts)
  return inConfigHome(machine, ...parts)
}

/** Below `$XDG_CONFIG_HOME`, or `~/.config`. */
export function inConfigHome(machine: Machine, ...parts: string[]): string {
  return joined(machine, machine.env['XDG_CONFIG_HOME'] || joined(machine, machine.home, '.config'), ...parts)
}

/** Below the user's folder. */
export function inHome(machine: Machine, ...parts: string[]): string {
  return joined(machine, machine.home, ...parts)
}
