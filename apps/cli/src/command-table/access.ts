import type { CommandSpec } from '../command-spec.ts'

/** About who may use what. */
export const accessCommands: readonly CommandSpec[] = [
  {
    name: 'trust',
    aliases: [],
    summary: 'Let a service that somebody else added be started, as it is now',
    usage: ['trust NAME [--yes]', 'trust NAME --revoke'],
    options: ['yes', 'revoke', 'agent'],
    positionals: [1, 1],
    words: ['service'],
    examples: ['mcpstore trust weather', 'mcpstore trust weather --revoke'],
  },
  {
    name: 'diff',
    aliases: ['diff_tools'],
    summary: 'Show which tools of a service are not what they were when you first used it',
    usage: ['diff SERVICE [--fresh] [--accept]'],
    notes: ['The exit code is 3 where tools differ, and 0 where none does, or --accept was given.'],
    options: ['fresh', 'accept', 'agent'],
    positionals: [1, 1],
    words: ['service'],
    examples: ['mcpstore diff weather', 'mcpstore diff weather --fresh --accept'],
  },
  {
    name: 'assign',
    aliases: [],
    summary: 'Let an agent use a service of the store, or some of its tools',
    usage: ['assign SERVICE --agent ID [--allow GLOB]... [--deny GLOB]...'],
    options: ['agent', 'allow', 'deny'],
    positionals: [1, 1],
    words: ['service'],
    examples: [
      'mcpstore assign weather --agent researcher',
      "mcpstore assign files --agent researcher --allow 'read_*' --deny '*_secret'",
    ],
  },
  {
    name: 'unassign',
    aliases: [],
    summary: 'Take a service of the store away from an agent',
    usage: ['unassign SERVICE --agent ID'],
    options: ['agent'],
    positionals: [1, 1],
    words: ['service'],
    examples: ['mcpstore unassign weather --agent researcher'],
  },
  {
    name: 'agents',
    aliases: ['list_agents'],
    summary: 'List the agents and the services they have',
    usage: ['agents'],
    options: [],
    positionals: [0, 0],
    examples: ['mcpstore agents'],
  },
]
