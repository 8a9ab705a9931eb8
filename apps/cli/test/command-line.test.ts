import { expect, it } from 'vitest'
import { parseCommandLine } from '../src/command-line/command-line.ts'
import { commandNames, commandTable } from '../src/command-line/command-table.ts'
import { options } from '../src/command-line/options.ts'
import { run } from './fakes.ts'

it('options may stand before the command, after it, and between its words', () => {
  const line = parseCommandLine(['--json', 'call', '--args', '{}', 'weather/now', '--timeout=5', 'city=Oslo'])
  expect(line.spec?.name).toBe('use-tool')
  expect(line.positionals).toEqual(['weather/now', 'city=Oslo'])
  expect(line.values).toEqual({ json: true, args: '{}', timeout: '5' })
})

it('after "--" nothing is an option: a program for add, more words for the others', () => {
  const added = parseCommandLine(['add', 'fs', '--env', 'A=1', '--', 'npx', '-y', '--json', '--', 'x'])
  expect(added).toMatchObject({ positionals: ['fs'], program: ['npx', '-y', '--json', '--', 'x'] })
  expect(added.values).toEqual({ env: ['A=1'] })
  expect(parseCommandLine(['use-tool', 't', '--', '-x=--json']).positionals).toEqual(['t', '-x=--json'])
})

it('a list option gathers, of a text option the last counts', () => {
  const argv = [
    'add',
    'w',
    'https://w.example',
    '--header',
    'A: 1',
    '--header',
    'B: 2',
    '--home',
    'x',
    '--home',
    'y',
  ]
  expect(parseCommandLine(argv).values).toEqual({ header: ['A: 1', 'B: 2'], home: 'y' })
})

it('"-" is a value and a word, not an option', () => {
  expect(parseCommandLine(['add', '-']).positionals).toEqual(['-'])
  expect(parseCommandLine(['use', 't', '--args', '-']).values.args).toBe('-')
})

it('every name and alias leads to exactly one command', () => {
  const names = commandNames()
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(parseCommandLine([name]).spec).toBeDefined()
  expect(names).toEqual(
    expect.arrayContaining([
      'tools',
      'call',
      'use',
      'get',
      'rm',
      'delete',
      'ls',
      'list_services',
      'list_tools',
      'use_tool',
      'add_service',
    ]),
  )
})

it.each<[string[], string]>([
  [['lsit'], 'Did you mean "list"?'],
  [['tools-list'], 'Did you mean "list-tools"?'],
  [['statu'], 'Did you mean "status"?'],
  [['calll'], 'Did you mean "call"?'],
  [['version'], 'Did you mean "--version"?'],
  [['del'], 'Did you mean "delete"?'],
  [['xyzzy'], 'See mcpstore --help'],
  [['help', 'ad'], 'Did you mean "add"?'],
  [['list', '--jsno'], 'Did you mean "--json"?'],
  [['list', '--frsh'], 'See mcpstore list --help'],
  [['list', '--fresh'], 'It is an option of "info", "list-tools", "use-tool", "diff".'],
  [['tools', '--frsh'], 'Did you mean "--fresh"?'],
  [['--jsno'], 'Did you mean "--json"?'],
  [['add', 'fs', 'npx', '-y', 'pkg'], 'Put "--" before the command'],
  [
    ['add', 'fs', '-H', 'K:V', 'x'],
    'Write --header, and what belongs to the server\'s own command after "--".',
  ],
  [['list', '--namespace'], '--namespace=NAME'],
  [['list', '--namespace', '--json'], '--namespace=NAME'],
  [['logs', '--lines'], 'Write --lines NUMBER.'],
  // It was told to write --lines=-1, which is refused as well.
  [['logs', '--lines', '-1'], 'Write --lines 20.'],
  [['list', 'extra'], 'Usage: mcpstore list\nOf one: mcpstore list-tools extra'],
  [['list', "it's"], 'Usage: mcpstore list'],
  // What other programs of this kind call them.
  [['auth', 'linear'], 'Did you mean "login"?'],
  [['tools-call', 'a/b'], 'Did you mean "use-tool"?'],
  [['call', 'a/b', '--message', 'hi'], 'An argument of the tool has no dashes: message=VALUE.'],
  [['call', 'a/b', '--query', 'hi'], 'An argument of the tool has no dashes: query=VALUE.'],
  [
    ['call', 'a/b', '--limit', '5'],
    'It is an option of "list-tools", "grep". An argument of the tool has no dashes: limit=VALUE.',
  ],
  [['info'], 'Usage: mcpstore info SERVICE|TOOL ['],
])('%j is a usage error that runs nothing, with the hint %j', async (argv, hint) => {
  const result = await run([...argv.slice(0, 1), '--json', ...argv.slice(1)])
  expect(result).toMatchObject({ exit: 1, stdout: '', opened: [] })
  expect(JSON.parse(result.stderr).error).toEqual({
    code: 'usage',
    message: expect.any(String),
    hint: expect.stringContaining(hint),
  })
})

it.each([
  ['list a', '"list" takes no words after it'],
  ['info a b', '"info" takes at most 1 word after it, not 2'],
  ['add a b c', '"add" takes at most 2 words after it, not 3'],
])('too many words are counted: %s', async (line, message) => {
  expect((await run(line.split(' '))).stderr).toContain(`error: ${message}\n`)
})

it('a flag takes no value', async () => {
  expect(await run(['list', '--json=yes'])).toMatchObject({
    exit: 1,
    stderr: 'error: --json takes no value\nhint:  Next: mcpstore list --help\n',
  })
})

it('a control character in a mistyped command does not reach the terminal', async () => {
  expect((await run(['li\u001b[31mst'])).stderr).toContain('li\\x1b[31mst')
})

it('every option of a command is described, and every description belongs to a command', () => {
  const used = new Set(commandTable.flatMap((command) => command.options))
  for (const name of used) expect(options[name].summary).not.toBe('')
  const general = [
    'namespace',
    'dataspace',
    'home',
    'redis',
    'policy',
    'allow-private-addresses',
    'pin',
    'json',
    'quiet',
    'timeout',
    'debug',
    'help',
    'version',
  ]
  expect(Object.keys(options).sort()).toEqual([...used, ...general].sort())
})
