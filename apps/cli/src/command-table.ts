import type { OptionName } from './options.ts'

export type CommandName =
  | 'add'
  | 'list'
  | 'list-tools'
  | 'use-tool'
  | 'resources'
  | 'read-resource'
  | 'prompts'
  | 'get-prompt'
  | 'info'
  | 'check'
  | 'wait'
  | 'restart'
  | 'remove'
  | 'trust'
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
  /** What the summary has no room for, in lines. */
  notes?: readonly string[]
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
    options: ['transport', 'header', 'env', 'cwd', 'if-absent', 'check'],
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
    options: [],
    positionals: [0, 0],
    examples: ['mcpstore list'],
  },
  {
    name: 'list-tools',
    aliases: ['tools', 'list_tools'],
    summary: 'List the tools, from the shared list',
    usage: ['list-tools [SERVICE] [--fresh]'],
    options: ['fresh'],
    positionals: [0, 1],
    examples: ['mcpstore list-tools', 'mcpstore list-tools weather --fresh'],
  },
  {
    name: 'use-tool',
    aliases: ['call', 'use', 'use_tool'],
    summary: 'Call a tool, once, and print its result',
    usage: ['use-tool TOOL [k=v]... [k:=json]... [--args JSON|-]'],
    options: ['args'],
    positionals: [1, Number.POSITIVE_INFINITY],
    examples: [
      'mcpstore use-tool weather/get_current_weather query=Oslo days=3',
      `mcpstore use-tool weather/get_current_weather --args '{"query":"Oslo"}'`,
    ],
  },
  {
    name: 'resources',
    aliases: ['list_resources'],
    summary: 'List the resources and their templates; every service that has some is asked',
    usage: ['resources [SERVICE]'],
    options: [],
    positionals: [0, 1],
    examples: ['mcpstore resources', 'mcpstore resources docs'],
  },
  {
    name: 'read-resource',
    aliases: ['read_resource'],
    summary: 'Read a resource and print what is in it',
    usage: ['read-resource SERVICE URI'],
    options: [],
    positionals: [2, 2],
    examples: ['mcpstore read-resource docs docs://guide/start'],
  },
  {
    name: 'prompts',
    aliases: ['list_prompts'],
    summary: 'List the prompts and what they take; every service that has some is asked',
    usage: ['prompts [SERVICE]'],
    options: [],
    positionals: [0, 1],
    examples: ['mcpstore prompts', 'mcpstore prompts docs'],
  },
  {
    name: 'get-prompt',
    aliases: ['get_prompt'],
    summary: 'Get a prompt, filled in, and print its messages',
    usage: ['get-prompt SERVICE/PROMPT [k=v]...'],
    options: [],
    positionals: [1, Number.POSITIVE_INFINITY],
    examples: ['mcpstore get-prompt docs/summarise language=Norsk'],
  },
  {
    name: 'info',
    aliases: ['get'],
    summary: 'Show everything known of one service, or what a tool takes',
    usage: ['info SERVICE|TOOL'],
    options: [],
    positionals: [1, 1],
    examples: ['mcpstore info weather', 'mcpstore info weather/get_current_weather'],
  },
  {
    name: 'check',
    aliases: ['check_services'],
    summary: 'Reach for every service, or for one, and say how it is',
    usage: ['check [SERVICE]'],
    options: [],
    positionals: [0, 1],
    examples: ['mcpstore check', 'mcpstore check weather --timeout 5'],
  },
  {
    name: 'wait',
    aliases: [],
    summary: 'Connect to a service and wait until it answers',
    usage: ['wait NAME'],
    options: [],
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
    options: [],
    positionals: [1, 1],
    examples: ['mcpstore restart weather'],
  },
  {
    name: 'remove',
    aliases: ['rm', 'delete'],
    summary: 'Remove a service',
    usage: ['remove NAME'],
    options: [],
    positionals: [1, 1],
    examples: ['mcpstore remove weather'],
  },
  {
    name: 'trust',
    aliases: [],
    summary: 'Let a service that somebody else added be started, as it is now',
    usage: ['trust NAME [--yes]', 'trust NAME --revoke'],
    options: ['yes', 'revoke'],
    positionals: [1, 1],
    examples: ['mcpstore trust weather', 'mcpstore trust weather --revoke'],
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
