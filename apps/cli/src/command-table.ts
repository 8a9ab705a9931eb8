import type { OptionName } from './options.ts'

export type CommandName =
  | 'add'
  | 'list'
  | 'list-tools'
  | 'use-tool'
  | 'info'
  | 'wait'
  | 'remove'
  | 'trust'
  | 'assign'
  | 'unassign'
  | 'agents'
  | 'status'
  | 'doctor'
  | 'adopt'
  | 'clear'
  | 'help'

/** One command as data: help and parsing are made from it. */
export interface CommandSpec {
  name: CommandName
  /** Names the same command goes by elsewhere. */
  aliases: readonly string[]
  summary: string
  /** What follows `mcpstore`, one line per form. */
  usage: readonly string[]
  options: readonly OptionName[]
  /** Fewest and most positionals. */
  positionals: readonly [number, number]
  /** What follows `--` is a program to start, not more positionals. */
  takesProgram?: true
  examples: readonly string[]
}

export const commandTable: readonly CommandSpec[] = [
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
    name: 'list-tools',
    aliases: ['tools', 'list_tools'],
    summary: 'List the tools, from the shared list',
    usage: ['list-tools [SERVICE] [--fresh]'],
    options: ['fresh', 'agent'],
    positionals: [0, 1],
    examples: ['mcpstore list-tools', 'mcpstore list-tools weather --fresh'],
  },
  {
    name: 'use-tool',
    aliases: ['call', 'use', 'use_tool'],
    summary: 'Call a tool, once, and print its result',
    usage: ['use-tool TOOL [k=v]... [k:=json]... [--args JSON|-]'],
    options: ['args', 'agent'],
    positionals: [1, Number.POSITIVE_INFINITY],
    examples: [
      'mcpstore use-tool weather/get_current_weather query=Oslo days=3',
      `mcpstore use-tool weather/get_current_weather --args '{"query":"Oslo"}'`,
    ],
  },
  {
    name: 'info',
    aliases: ['get'],
    summary: 'Show everything known of one service, or what a tool takes',
    usage: ['info SERVICE|TOOL'],
    options: ['agent'],
    positionals: [1, 1],
    examples: ['mcpstore info weather', 'mcpstore info weather/get_current_weather'],
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
    name: 'remove',
    aliases: ['rm', 'delete'],
    summary: 'Remove a service',
    usage: ['remove NAME'],
    options: ['agent'],
    positionals: [1, 1],
    examples: ['mcpstore remove weather'],
  },
  {
    name: 'trust',
    aliases: [],
    summary: 'Let a service that somebody else added be started, as it is now',
    usage: ['trust NAME [--yes]', 'trust NAME --revoke'],
    options: ['yes', 'revoke', 'agent'],
    positionals: [1, 1],
    examples: ['mcpstore trust weather', 'mcpstore trust weather --revoke'],
  },
  {
    name: 'assign',
    aliases: [],
    summary: 'Let an agent use a service of the store, or some of its tools',
    usage: ['assign SERVICE --agent ID [--allow GLOB]... [--deny GLOB]...'],
    options: ['agent', 'allow', 'deny'],
    positionals: [1, 1],
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
