import type { WordKind } from '../completion/word-kind.ts'
import type { OptionName } from './options.ts'

export type CommandName =
  | 'add'
  | 'list'
  | 'list-tools'
  | 'grep'
  | 'use-tool'
  | 'resources'
  | 'read-resource'
  | 'prompts'
  | 'get-prompt'
  | 'info'
  | 'check'
  | 'wait'
  | 'restart'
  | 'enable'
  | 'disable'
  | 'remove'
  | 'trust'
  | 'login'
  | 'logout'
  | 'diff'
  | 'assign'
  | 'unassign'
  | 'agents'
  | 'status'
  | 'doctor'
  | 'adopt'
  | 'clear'
  | 'export'
  | 'import'
  | 'watch'
  | 'logs'
  | 'nodes'
  | 'stats'
  | 'dataspaces'
  | 'redis'
  | 'completion'
  | 'help'

/** One command as data: help, parsing and completion are made from it. */
export interface CommandSpec {
  name: CommandName
  /** Names the same command goes by elsewhere. */
  aliases: readonly string[]
  summary: string
  /** What follows `mcpstore`, one line per form. */
  usage: readonly string[]
  /** What the summary has no room for, in lines. */
  notes?: readonly string[]
  options: readonly OptionName[]
  /** Fewest and most positionals. */
  positionals: readonly [number, number]
  /** What its positionals name, the last of these also all that follow. */
  words?: readonly WordKind[]
  /** The command that is about one of what this one lists. */
  ofOne?: CommandName
  /** What follows `--` is a program to start, not more positionals. */
  takesProgram?: true
  examples: readonly string[]
}
