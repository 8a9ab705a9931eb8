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
    name: 'help',
    aliases: [],
    summary: 'Show help, of one command if it is named',
    usage: ['help [COMMAND]'],
    options: [],
    positionals: [0, 1],
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
