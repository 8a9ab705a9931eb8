import type { CommandSpec } from '../command-spec.ts'

/** About what happens in a dataspace, who is there, and where else. */
export const liveCommands: readonly CommandSpec[] = [
  {
    name: 'watch',
    aliases: [],
    summary: 'Say what happens to the services, whoever does it, until you interrupt it',
    usage: ['watch [PATTERN]'],
    notes: [
      'PATTERN is a glob over the names of services, or EVENT:SERVICE with a glob for each: * is any text, ? any one',
      'character. How the storage is, is always said. With --json each event is one line of JSON.',
    ],
    options: [],
    positionals: [0, 1],
    words: ['service'],
    examples: ['mcpstore watch', "mcpstore watch 'weather*'", "mcpstore watch 'statusChanged:*' --json"],
  },
  {
    name: 'stats',
    aliases: ['tool_stats'],
    summary: 'Show how often each tool was called, how often it failed, and how long it took',
    usage: ['stats [SERVICE|TOOL] [--sort BY]'],
    options: ['sort', 'agent'],
    positionals: [0, 1],
    words: ['tool'],
    examples: ['mcpstore stats', 'mcpstore stats weather --sort p95'],
  },
  {
    name: 'nodes',
    aliases: [],
    summary: 'List the processes that have the dataspace open, and those that are gone without a word',
    usage: ['nodes'],
    options: [],
    positionals: [0, 0],
    examples: ['mcpstore nodes', 'mcpstore nodes --redis redis://localhost:6379/0'],
  },
  {
    name: 'dataspaces',
    aliases: ['list_dataspaces'],
    summary: 'List the dataspaces of the namespace: what is in them, and when somebody was last there',
    usage: ['dataspaces'],
    options: [],
    positionals: [0, 0],
    examples: [
      'mcpstore dataspaces',
      'mcpstore dataspaces --namespace team --redis redis://localhost:6379/0',
    ],
  },
]
