import type { CommandSpec } from '../command-spec.ts'

/** About what services offer. */
export const offerCommands: readonly CommandSpec[] = [
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
    name: 'resources',
    aliases: ['list_resources'],
    summary: 'List the resources and their templates; every service that has some is asked',
    usage: ['resources [SERVICE]'],
    options: ['agent'],
    positionals: [0, 1],
    examples: ['mcpstore resources', 'mcpstore resources docs'],
  },
  {
    name: 'read-resource',
    aliases: ['read_resource'],
    summary: 'Read a resource and print what is in it',
    usage: ['read-resource SERVICE URI'],
    options: ['agent'],
    positionals: [2, 2],
    examples: ['mcpstore read-resource docs docs://guide/start'],
  },
  {
    name: 'prompts',
    aliases: ['list_prompts'],
    summary: 'List the prompts and what they take; every service that has some is asked',
    usage: ['prompts [SERVICE]'],
    options: ['agent'],
    positionals: [0, 1],
    examples: ['mcpstore prompts', 'mcpstore prompts docs'],
  },
  {
    name: 'get-prompt',
    aliases: ['get_prompt'],
    summary: 'Get a prompt, filled in, and print its messages',
    usage: ['get-prompt SERVICE/PROMPT [k=v]...'],
    options: ['agent'],
    positionals: [1, Number.POSITIVE_INFINITY],
    examples: ['mcpstore get-prompt docs/summarise language=Norsk'],
  },
]
