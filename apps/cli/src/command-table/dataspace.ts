import type { CommandSpec } from '../command-spec.ts'

/** About the dataspace as a whole. */
export const dataspaceCommands: readonly CommandSpec[] = [
  {
    name: 'status',
    aliases: [],
    summary: 'Show where the data lies and whether it is safe there',
    usage: ['status'],
    options: [],
    positionals: [0, 0],
    examples: ['mcpstore status'],
  },
  {
    name: 'doctor',
    aliases: [],
    summary: 'Look at the storage: what answers, and what is wrong or will be',
    usage: ['doctor'],
    options: [],
    positionals: [0, 0],
    examples: ['mcpstore doctor', 'mcpstore doctor --redis redis://localhost:6379/0'],
  },
  {
    name: 'adopt',
    aliases: [],
    summary: 'Add what this machine kept to a Redis that was begun anew without it',
    usage: ['adopt'],
    options: [],
    positionals: [0, 0],
    examples: ['mcpstore adopt'],
  },
  {
    name: 'clear',
    aliases: [],
    summary: 'Remove every service of the dataspace',
    usage: ['clear [--yes]'],
    options: ['yes'],
    positionals: [0, 0],
    examples: ['mcpstore clear --yes --dataspace scratch'],
  },
  {
    name: 'redis',
    aliases: [],
    summary: 'Print the command that makes a user in Redis for this namespace and nothing else',
    usage: ['redis acl [--user NAME]'],
    notes: ['Redis is not contacted. Put a password in place of PASSWORD.'],
    options: ['user'],
    positionals: [1, 1],
    examples: ['mcpstore redis acl --namespace shared --user agents'],
  },
]
