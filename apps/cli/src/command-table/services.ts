import type { CommandSpec } from '../command-spec.ts'

/** About the services themselves. */
export const serviceCommands: readonly CommandSpec[] = [
  {
    name: 'add',
    aliases: ['add_service'],
    summary: 'Register services; an existing name is updated, nothing is started',
    usage: [
      'add FILE|-|JSON',
      "add NAME URL [--transport http|sse] [--header 'K: V']...",
      'add NAME [--env K=V]... [--cwd DIR] -- CMD...',
    ],
    options: ['transport', 'header', 'env', 'cwd', 'if-absent', 'check', 'agent'],
    positionals: [0, 2],
    takesProgram: true,
    examples: [
      'mcpstore add mcp.json',
      "mcpstore add weather https://example.com/mcp --header 'Authorization: Bearer ${TOKEN}'",
      'mcpstore add files -- npx -y @modelcontextprotocol/server-filesystem .',
    ],
  },
  {
    name: 'list',
    aliases: ['ls', 'list_services'],
    summary: 'List the services',
    usage: ['list'],
    options: ['agent'],
    positionals: [0, 0],
    examples: ['mcpstore list'],
  },
  {
    name: 'info',
    aliases: ['get'],
    summary: 'Show everything known of one service, or what a tool takes',
    usage: ['info SERVICE|TOOL [--fresh|--max-age TIME|--offline]'],
    notes: [
      'Of a service nobody is asked. Of a tool the shared list is, or the server where the options say so.',
    ],
    options: ['fresh', 'max-age', 'offline', 'agent'],
    positionals: [1, 1],
    examples: ['mcpstore info weather', 'mcpstore info weather/get_current_weather'],
  },
  {
    name: 'check',
    aliases: ['check_services'],
    summary: 'Reach for every service, or for one, and say how it is',
    usage: ['check [SERVICE]'],
    options: ['agent'],
    positionals: [0, 1],
    examples: ['mcpstore check', 'mcpstore check weather --timeout 5'],
  },
  {
    name: 'wait',
    aliases: [],
    summary: 'Connect to a service and wait until it answers',
    usage: ['wait NAME'],
    options: ['agent'],
    positionals: [1, 1],
    examples: ['mcpstore wait weather --timeout 30'],
  },
  {
    name: 'restart',
    aliases: ['restart_service'],
    summary: 'Start a service afresh for this command, check it, and renew its tools for everybody',
    usage: ['restart SERVICE'],
    notes: [
      'The service ends with the command, as always. A running program keeps the connection it has: it sees',
      'the new tools and the new status, and restarts a service of its own with restartService.',
    ],
    options: ['agent'],
    positionals: [1, 1],
    examples: ['mcpstore restart weather'],
  },
  {
    name: 'remove',
    aliases: ['rm', 'delete'],
    summary: 'Remove a service',
    usage: ['remove NAME'],
    options: ['agent'],
    positionals: [1, 1],
    examples: ['mcpstore remove weather'],
  },
]
