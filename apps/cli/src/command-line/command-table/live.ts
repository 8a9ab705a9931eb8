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
    name: 'logs',
    aliases: [],
    summary: 'Show what services said on stderr and in log messages when they were run from here',
    usage: ['logs [SERVICE]... [--lines NUMBER] [--since TIME] [--follow]'],
    notes: [
      'Of several services, or of all, the lines are merged by time. Nothing is started. What is kept stays on this',
      'machine, at most 2 MiB of each service, and goes with it; MCPSTORE_SERVICE_LOGS=0 keeps none of it.',
    ],
    options: ['lines', 'since', 'follow', 'agent'],
    positionals: [0, 100],
    words: ['service'],
    examples: [
      'mcpstore logs weather',
      'mcpstore logs --since 10m',
      'mcpstore logs weather --follow --lines 0',
    ],
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
