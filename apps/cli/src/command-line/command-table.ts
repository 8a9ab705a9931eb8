import type { CommandSpec } from './command-spec.ts'
import { accessCommands } from './command-table/access.ts'
import { dataspaceCommands } from './command-table/dataspace.ts'
import { liveCommands } from './command-table/live.ts'
import { offerCommands } from './command-table/offers.ts'
import { serviceCommands } from './command-table/services.ts'

export type { CommandName, CommandSpec } from './command-spec.ts'

export const commandTable: readonly CommandSpec[] = [
  ...serviceCommands,
  ...offerCommands,
  ...accessCommands,
  ...dataspaceCommands,
  ...liveCommands,
  {
    name: 'completion',
    aliases: [],
    summary: 'Print what makes a shell complete commands, options, services and tools',
    usage: ['completion bash|zsh|fish'],
    notes: [
      'Put it where your shell reads it: see the examples. Services and tools come from the shared lists, and nothing is',
      'started. After -- the words of a command line are completed, which is what the shell asks for.',
    ],
    options: [],
    positionals: [1, 1],
    words: [['bash', 'zsh', 'fish']],
    takesProgram: true,
    examples: [
      'mcpstore completion bash >> ~/.bashrc',
      'mcpstore completion zsh > "${fpath[1]}/_mcpstore"',
      'mcpstore completion fish > ~/.config/fish/completions/mcpstore.fish',
    ],
  },
  {
    name: 'help',
    aliases: [],
    summary: 'Show help, of one command if it is named',
    usage: ['help [COMMAND]'],
    options: [],
    positionals: [0, 1],
    words: ['command'],
    examples: ['mcpstore help add'],
  },
]

/** The command of that name or alias. */
export function findCommand(name: string): CommandSpec | undefined {
  return commandTable.find((command) => command.name === name || command.aliases.includes(name))
}

/** Every name a command answers to. */
export function commandNames(): string[] {
  return commandTable.flatMap((command) => [command.name, ...command.aliases])
}
