import { cpSync, mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, errorOf, mcpstore } from '../support/mcpstore.ts'
import { configsIn } from '../support/records.ts'
import { fixtureServer } from '../support/servers.ts'

interface Case {
  what: string
  /** The command line, once what it needs is there. */
  argv: (box: Box) => string[]
  exit: number
  code: string
  /** What the message names. */
  says: RegExp
  hint?: RegExp
  stdin?: string
}

const add = (...argv: string[]) => ['add', ...argv]
const entry = (config: object): string => JSON.stringify({ mcpServers: { wrong: config } })

const cases: Case[] = [
  {
    what: 'a file that is not there',
    argv: () => add('./no-such.json'),
    exit: 1,
    code: 'usage',
    says: /no file ".\/no-such.json"/,
    hint: /mcpstore add FILE/,
  },
  {
    what: 'a file that cannot be read',
    argv: (box) => {
      mkdirSync(box.path('folder.json'))
      return add('folder.json')
    },
    exit: 1,
    code: 'bad_config',
    says: /folder\.json: it is a folder/,
    hint: /Name the file/,
  },
  {
    what: 'JSON with a mistake',
    argv: (box) => add(box.write('broken.json', '{\n  "mcpServers": {\n    "a": { "url" "x" }\n  }\n}\n')),
    exit: 1,
    code: 'bad_config',
    says: /broken\.json is not valid JSON: line 3, column 18: a colon/,
  },
  {
    what: 'JSON with a mistake on stdin',
    argv: () => add('-'),
    stdin: '{ "mcpServers": ',
    exit: 1,
    code: 'bad_config',
    says: /not valid JSON: line 1, column 17/,
  },
  {
    what: 'a field that nobody knows',
    argv: () => add(entry({ comand: 'node' })),
    exit: 1,
    code: 'bad_config',
    says: /wrong.*comand/,
    hint: /command/,
  },
  {
    what: 'a command together with a url',
    argv: () => add(entry({ command: 'node', url: 'https://example.com' })),
    exit: 1,
    code: 'bad_config',
    says: /wrong.*command.*url/,
  },
  {
    what: 'a name that none may have',
    argv: () => add('a/b', 'https://example.com'),
    exit: 1,
    code: 'bad_config',
    says: /"a\/b" contains "\/"/,
    hint: /1 to 128/,
  },
  {
    what: 'an option that nobody knows',
    argv: () => ['list', '--jsn'],
    exit: 1,
    code: 'usage',
    says: /--jsn/,
    hint: /--json/,
  },
  {
    what: 'a service that is not there',
    argv: () => ['remove', 'kepper'],
    exit: 1,
    code: 'unknown_service',
    says: /no service "kepper"/,
    hint: /Did you mean keeper\?/,
  },
  {
    what: 'a name that is taken, with --if-absent',
    argv: () => add('keeper', 'https://example.com/other', '--if-absent'),
    exit: 1,
    code: 'already_exists',
    says: /keeper: .*there already/,
    hint: /--if-absent/,
  },
  {
    what: 'clear without --yes and without a terminal',
    argv: () => ['clear'],
    exit: 1,
    code: 'usage',
    says: /removes every service/,
    hint: /--yes/,
  },
  {
    what: 'a tool that is not there',
    argv: () => ['use-tool', 'ehco', 'text=hi'],
    exit: 1,
    code: 'unknown_tool',
    says: /no tool "ehco"/,
    hint: /Did you mean (?:fixture|twin)\/echo\b/,
  },
  {
    what: 'a tool that two services have',
    argv: () => ['use-tool', 'echo', 'text=hi'],
    exit: 1,
    code: 'ambiguous_tool',
    says: /"echo" is the name of 2 tools/,
    hint: /fixture\/echo, twin\/echo/,
  },
  {
    what: 'an argument of the wrong type',
    argv: () => ['use-tool', 'fixture/echo', 'text:=5'],
    exit: 1,
    code: 'bad_arguments',
    says: /fixture\/echo: text: .*string/,
    hint: /Nothing was called/,
  },
  {
    what: 'an argument that is missing',
    argv: () => ['use-tool', 'fixture/echo', '--args', '{}'],
    exit: 1,
    code: 'bad_arguments',
    says: /text is missing/,
  },
  {
    what: 'arguments that are no JSON',
    argv: () => ['use-tool', 'fixture/echo', '--args', '-'],
    stdin: '{ text: }',
    exit: 1,
    code: 'bad_arguments',
    says: /--args is not valid JSON/,
    hint: /Quote it/,
  },
]

/** Has a service that is kept, and two with the same tools, which were listed. Each test has a copy of its home. */
let prepared: Box

beforeAll(async () => {
  prepared = new Box()
  await addServices(prepared, {
    keeper: { url: 'https://example.com/keeper', disabled: true },
    fixture: fixtureServer(prepared),
    twin: fixtureServer(prepared),
  })
  expect(await mcpstore(prepared, ['list-tools', '--json'])).toMatchObject({ exit: 0, stderr: '' })
})
afterAll(() => prepared[Symbol.asyncDispose]())

it.each(cases)(
  '$what: said, and nothing is changed or started',
  async ({ argv, exit, code, says, hint, stdin }) => {
    await using box = new Box()
    cpSync(prepared.home, box.home, { recursive: true })
    const before = configsIn(box)
    const words = argv(box)
    const options = stdin === undefined ? {} : { stdin }

    const json = await mcpstore(box, [...words, '--json'], options)
    const error = errorOf(json)
    expect({ exit: json.exit, code: error.code }).toEqual({ exit, code })
    expect(error.message).toMatch(says)
    expect(error.hint ?? '').toMatch(hint ?? /^/)

    const plain = await mcpstore(box, words, options)
    expect({ exit: plain.exit, stdout: plain.stdout }).toEqual({ exit, stdout: '' })
    expect(plain.stderr).toMatch(/^(?:error|failed): /)
    expect(plain.stderr).toMatch(says)
    expect(plain.stderr).toMatch(hint ?? /^/)

    expect(configsIn(box)).toEqual(before)
    expect(prepared.starts()).toHaveLength(2)
  },
)

it('an entry that is wrong keeps the others out of nothing, and is named', async () => {
  await using box = new Box()
  const mcpServers = { good: { url: 'https://example.com' }, wrong: { comand: 'node' } }
  const outcome = await mcpstore(box, ['add', '-', '--json'], { stdin: JSON.stringify({ mcpServers }) })
  expect(outcome.exit).toBe(1)
  expect(documentOf(outcome).results).toMatchObject([
    { name: 'good', status: 'added' },
    { name: 'wrong', status: 'failed', error: { code: 'bad_config' } },
  ])
  expect(errorOf(outcome).message).toMatch(/1 of 2 .*wrong/)
  expect(documentOf(await mcpstore(box, ['list', '--json'])).services).toMatchObject([{ name: 'good' }])
})
