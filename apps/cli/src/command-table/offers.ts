import type { CommandSpec } from '../command-spec.ts'

/** About what services offer. */
export const offerCommands: readonly CommandSpec[] = [
  {
    name: 'list-tools',
    aliases: ['tools', 'list_tools'],
    summary: 'List the tools, from the shared list',
    usage: ['list-tools [SERVICE] [--fresh|--max-age TIME|--offline]'],
    options: ['fresh', 'max-age', 'offline', 'agent'],
    positionals: [0, 1],
    examples: ['mcpstore list-tools', 'mcpstore list-tools weather --fresh'],
  },
  {
    name: 'use-tool',
    aliases: ['call', 'use', 'use_tool'],
    summary: 'Call a tool, once, and print its result',
    usage: ['use-tool TOOL [k=v]... [k:=JSON]... [k=@FILE]... [--args JSON|@FILE|-] [--dry-run]'],
    notes: [
      'k=v is read as the type that the tool gives k: a text stays a text. k=a k=b is a list, k:=JSON exactly this JSON,',
      'k=@FILE what stands in a file (@- is stdin, @@ a plain @). After -- every word is k=v or k:=JSON, whatever it begins',
      'with. Stdin is read only where - says so. All that does not fit is named before anything is started.',
    ],
    options: ['args', 'dry-run', 'fresh', 'max-age', 'agent'],
    positionals: [1, Number.POSITIVE_INFINITY],
    examples: [
      'mcpstore use-tool weather/get_current_weather query=Oslo days=3',
      `mcpstore use-tool weather/get_current_weather --args '{"query":"Oslo"}'`,
      'mcpstore use-tool files/write_file path=a.txt content=@draft.txt --dry-run',
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
