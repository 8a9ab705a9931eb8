import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../src/command-line/command-line.ts'
import { commandTable } from '../src/command-line/command-table.ts'
import { fakeOutput, run } from './fakes.ts'

it('the help of the program', async () => {
  const { exit, stdout, stderr, opened } = await run(['--help'])
  expect({ exit, stderr, opened }).toEqual({ exit: 0, stderr: '', opened: [] })
  expect(stdout).toMatchInlineSnapshot(`
    "mcpstore: register MCP services, list their tools, use them.

    Usage:
      mcpstore COMMAND [OPTIONS]

    Commands:
      add, add_service               Register services; an existing name is updated, nothing is started
      list, ls, list_services        List the services
      info, get                      Show everything known of one service, or what a tool takes
      check, check_services          Reach for every service, or for one, and say how it is
      wait                           Connect to a service and wait until it answers
      restart, restart_service       Start a service afresh, check it, and renew its tools for everybody
      enable                         Let a disabled service be used again
      disable                        Keep a service, and have nobody start or ask it
      remove, rm, delete             Remove a service
      list-tools, tools, list_tools  List the tools, from the shared list
      grep, search, search_tools     Search all tools that are known, without starting anything
      use-tool, call, use, use_tool  Call a tool, once, and print its result
      resources, list_resources      List the resources and their templates
      read-resource, read_resource   Read a resource and print what is in it
      prompts, list_prompts          List the prompts and what they take
      get-prompt, get_prompt         Get a prompt, filled in, and print its messages
      trust                          Let a service that somebody else added be started, as it is now
      login                          Sign in to a remote service, in the browser
      logout                         Remove the tokens for a service, here and where they came from
      diff, diff_tools               Show which tools of a service are not what they were when you first used it
      assign                         Let an agent use a service of the store, or some of its tools
      unassign                       Take a service of the store away from an agent
      agents, list_agents            List the agents and the services they have
      status                         Show where the data lies and whether it is safe there
      doctor                         Look for faults of the storage and the services, without starting any
      adopt                          Add what this machine kept to a Redis that was begun anew without it
      clear                          Remove every service of the dataspace, or of all dataspaces of the namespace
      export                         Write all services and assignments as JSON, exactly as they are stored, or for another client
      import                         Add what was exported; what is there already and differs stays
      redis                          Print the command that makes a user in Redis for this namespace and nothing else
      watch                          Say what happens to the services, whoever does it, until you interrupt it
      logs                           Show what services said on stderr and in log messages when they were run from here
      stats, tool_stats              Show how often each tool was called, how often it failed, and how long it took
      nodes                          List the processes that have the dataspace open, and those that are gone without a word
      dataspaces, list_dataspaces    List the dataspaces of the namespace: what is in them, and when somebody was last there
      completion                     Print what makes a shell complete commands, options, services and tools
      help                           Show help, of one command if it is named

    Options of every command:
      --namespace NAME           namespace (MCPSTORE_NAMESPACE; default "default")
      --dataspace NAME           dataspace (MCPSTORE_DATASPACE; default "default")
      --home DIR                 where the data lies (MCPSTORE_HOME; else $XDG_DATA_HOME/mcpstore, else ~/.local/share/mcpstore)
      --redis URL                keep the data in Redis (MCPSTORE_REDIS_URL; password: MCPSTORE_REDIS_PASSWORD)
      --policy NAME              when Redis is away: fallback, strict, memory (MCPSTORE_POLICY; default "fallback")
      --allow-private-addresses  let services that nobody here approved reach this machine and its networks (MCPSTORE_ALLOW_PRIVATE_ADDRESSES=1)
      --pin NAME                 tools that are not what they were: warn, block, off (MCPSTORE_PIN; default "warn")
      --json                     one JSON document on stdout, errors as one JSON line on stderr
      -q, --quiet                nothing but results on stdout and errors on stderr
      --timeout TIME             seconds, or 500ms, 2m (connect 30 s, call 60 s, wait 10 s)
      --debug                    log what is done on stderr, and stack traces
      -h, --help                 show help
      -V, --version              show the version

    Run "mcpstore help COMMAND" for one command.
    "
  `)
  expect((await run(['help'])).stdout).toBe(stdout)
  expect((await run(['-h'])).stdout).toBe(stdout)
})

it('the help of a command', async () => {
  const { stdout } = await run(['help', 'list_tools'])
  expect(stdout).toMatchInlineSnapshot(`
    "mcpstore list-tools: List the tools, from the shared list.

    Usage:
      mcpstore list-tools [SERVICE] [--fresh|--max-age TIME|--offline] [--schema]
      mcpstore list-tools [SERVICE] --search WORDS [--limit NUMBER] [--schema]

    Also called:
      tools, list_tools

    Options:
      --fresh         ask the services instead of the shared list
      --max-age TIME  ask where the shared list is older than that: 10m, 2h
      --offline       answer from the shared list alone: nobody is asked, nothing is started
      --schema        with the schemas of what they take and give
      --search WORDS  only tools that have all of the words, as mcpstore grep
      --limit NUMBER  how many tools are shown at most (default 20)
      --agent ID      as this agent: its own services, and those assigned to it

    Options of every command:
      --namespace NAME           namespace (MCPSTORE_NAMESPACE; default "default")
      --dataspace NAME           dataspace (MCPSTORE_DATASPACE; default "default")
      --home DIR                 where the data lies (MCPSTORE_HOME; else $XDG_DATA_HOME/mcpstore, else ~/.local/share/mcpstore)
      --redis URL                keep the data in Redis (MCPSTORE_REDIS_URL; password: MCPSTORE_REDIS_PASSWORD)
      --policy NAME              when Redis is away: fallback, strict, memory (MCPSTORE_POLICY; default "fallback")
      --allow-private-addresses  let services that nobody here approved reach this machine and its networks (MCPSTORE_ALLOW_PRIVATE_ADDRESSES=1)
      --pin NAME                 tools that are not what they were: warn, block, off (MCPSTORE_PIN; default "warn")
      --json                     one JSON document on stdout, errors as one JSON line on stderr
      -q, --quiet                nothing but results on stdout and errors on stderr
      --timeout TIME             seconds, or 500ms, 2m (connect 30 s, call 60 s, wait 10 s)
      --debug                    log what is done on stderr, and stack traces
      -h, --help                 show help

    Examples:
      mcpstore list-tools
      mcpstore list-tools weather --fresh
    "
  `)
  expect((await run(['tools', '--help', '--fresh'])).stdout).toBe(stdout)
})

it('the help of use-tool says how arguments are written and results shown', async () => {
  const { stdout } = await run(['help', 'use-tool'])
  expect(stdout.slice(0, stdout.indexOf('Options of every command'))).toMatchInlineSnapshot(`
    "mcpstore use-tool: Call a tool, once, and print its result.

    Usage:
      mcpstore use-tool TOOL [k=v]... [k:=JSON]... [k=@FILE]... [--args JSON|@FILE|-] [--dry-run]

    k=v is read as the type that the tool gives k: a text stays a text. k=a k=b is a list, k:=JSON exactly this JSON,
    k=@FILE what stands in a file (@- is stdin, @@ a plain @). After -- every word is k=v or k:=JSON, whatever it begins
    with. Stdin is read only where - says so. All that does not fit is named before anything is started.
    --extract looks into the structured content, or into the text as JSON; $.… begins at the whole result.
    --timeout counts anew with each progress that the server tells of; a call in all takes an hour at most.

    Also called:
      call, use, use_tool

    Options:
      --args JSON|@FILE|-  arguments as a JSON object, from a file, or from stdin (-)
      --dry-run            show the request that would be sent; nothing is started
      --save DIR           save images, audio and embedded resources there
      --extract PATH       print only this part of the result: days[0].high, list[*].name
      --max-chars NUMBER   print so many characters at most, and say what was cut
      --fresh              ask the services instead of the shared list
      --max-age TIME       ask where the shared list is older than that: 10m, 2h
      --agent ID           as this agent: its own services, and those assigned to it

    "
  `)
  expect(stdout.slice(stdout.indexOf('Examples'))).toMatchInlineSnapshot(`
    "Examples:
      mcpstore use-tool weather/get_current_weather query=Oslo days=3
      mcpstore use-tool weather/get_current_weather --args '{"query":"Oslo"}'
      mcpstore use-tool weather/get_forecast query=Oslo --extract 'days[0].high'
      mcpstore use-tool files/write_file path=a.txt content=@draft.txt --dry-run
    "
  `)
})

describe.each(commandTable.map((command) => [command.name, command] as const))(
  '%s --help',
  (name, command) => {
    it('names its forms, aliases and options', async () => {
      const { exit, stdout } = await run([name, '--help'])
      expect(exit).toBe(0)
      for (const part of [...command.usage, ...command.aliases, command.summary])
        expect(stdout).toContain(part)
      for (const option of command.options) expect(stdout).toContain(`--${option}`)
    })

    it('gives examples that are valid command lines', () => {
      for (const example of command.examples) {
        const words = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(
          ([, quoted, plain]) => quoted ?? plain ?? '',
        )
        expect(parseCommandLine(words.slice(1)).spec).toBe(command)
      }
    })
  },
)

it('on a narrow terminal what a command or an option does is broken between words, below itself', async () => {
  let shown = ''
  const out = { ...fakeOutput((text) => (shown += text)), columns: 72 }
  await run(['help', 'list'], { host: { out } })
  expect(shown).toContain(`
  --home DIR                 where the data lies (MCPSTORE_HOME; else
                             $XDG_DATA_HOME/mcpstore, else
                             ~/.local/share/mcpstore)
`)
  shown = ''
  await run(['help'], { host: { out } })
  const words = (text: string): string[] => text.split(/\s+/)
  expect(words(shown)).toEqual(words((await run(['help'])).stdout))
  for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(72)
})

it.each([40, 80])(
  'what a command takes and its notes were broken within words on a terminal of %d',
  async (columns) => {
    for (const { name, examples } of commandTable) {
      let shown = ''
      const out = { ...fakeOutput((text) => (shown += text)), columns }
      await run(['help', name], { host: { out } })
      const words = (text: string): string[] => text.split(/\s+/)
      expect(words(shown)).toEqual(words((await run(['help', name])).stdout))
      // Examples are there to be pasted; what may be left out, or is one word, is in one piece.
      const lines = shown
        .split('\n')
        .filter((line) => !examples.includes(line.trim()) && !/^ *(?:\[.*\]|\S*)$/.test(line))
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns)
    }
  },
)

it('where there is no room beside them, options are told of below', async () => {
  let shown = ''
  await run(['help', 'diff'], { host: { out: { ...fakeOutput((text) => (shown += text)), columns: 40 } } })
  expect(shown).toContain(`mcpstore diff: Show which tools of a
service are not what they were when you
first used it.

Usage:
  mcpstore diff SERVICE [--fresh]
    [--accept]

The exit code is 3 where tools differ,
and 0 where none does, or --accept was
given.
`)
  expect(shown).toContain(`
  --namespace NAME
      namespace (MCPSTORE_NAMESPACE;
      default "default")
`)
})

it('without a command the help goes to stderr, as nothing was done', async () => {
  const { exit, stdout, stderr } = await run([])
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  expect(stderr).toContain('Commands:')
  expect(JSON.parse((await run(['--json'])).stderr).error.code).toBe('usage')
})

it('with --json help and version are documents too', async () => {
  expect(JSON.parse((await run(['--help', '--json'])).stdout).help).toContain('Commands:')
  expect(JSON.parse((await run(['--version', '--json'])).stdout)).toEqual({
    version: expect.stringMatching(/^\d+\./),
  })
})

it('--version answers the version of the package, also beside a command', async () => {
  const { exit, stdout, opened } = await run(['--version'])
  expect({ exit, opened }).toEqual({ exit: 0, opened: [] })
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
  expect((await run(['list', '--version'])).stdout).toBe(stdout)
  expect((await run(['-V'])).stdout).toBe(stdout)
})
