import type { DataspaceList, Store } from '@mcpstore/core'
import type { OptionValues } from './command-line/options.ts'
import type { Settings } from './command-line/settings.ts'
import type { Output } from './output/output.ts'
import type { StatusLine } from './process/status-line.ts'

/** What the process gives to the program; the only way in which commands touch the outside. */
export interface Host {
  out: Output
  err: Output
  env: NodeJS.ProcessEnv
  cwd: string
  /** Aborted when the user interrupts. */
  signal: AbortSignal
  /** Aborted when nobody reads stdout any more. */
  unread: AbortSignal
  /** All of stdin; called only when the command line says `-`. */
  readStdin(): Promise<string>
  /** Asks a yes-or-no question; `undefined` where there is no terminal to ask on. */
  confirm: ((question: string) => Promise<boolean>) | undefined
  /** Asks for a line; it answers `undefined` for the end of input, and is `undefined` where there is no terminal. */
  ask: ((question: string) => Promise<string | undefined>) | undefined
  /** The line that is gone as soon as anything else is written; `undefined` where stderr is no terminal for it. */
  statusLine: (() => Promise<StatusLine>) | undefined
  /** Why a change could not be saved in this file, as far as permissions tell; `undefined` when they allow it. */
  writeObstacle(file: string): Promise<(Error & { hint?: string | undefined }) | undefined>
  openStore(settings: Settings): Promise<Store>
  listDataspaces(settings: Settings): Promise<DataspaceList>
  /** Called once a tool has answered, so that this is said also where its answer cannot be written. */
  noteAnswer(): void
}

/** The host, with what the options every command takes say. */
export interface CommandContext extends Omit<Host, 'listDataspaces' | 'openStore'> {
  settings: Settings
  /** Opens the dataspace that the settings name, or another one of its namespace. */
  openStore(dataspace?: string): Promise<Store>
  /** The dataspaces of the namespace that the settings name; opens none of them. */
  listDataspaces(): Promise<DataspaceList>
}

/** A command line after the name of the command. */
export interface CommandInput {
  positionals: string[]
  /** How many of them, the last ones, stood after `--`. */
  literals: number
  /** What follows `--`, of a command that takes a program. */
  program?: string[] | undefined
  values: OptionValues
}

/** Runs a command and answers the exit code; what it throws is reported by the caller. */
export type Command = (context: CommandContext, input: CommandInput) => Promise<number>
