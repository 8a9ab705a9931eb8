import type { AgentContext, ServiceInfo, ToolResult } from '@mcpstore/core'
import { describe, expect, it } from 'vitest'
import { cached, fakeService, fakeTool, fakeToolList, findable, libraryError, run } from './fakes.ts'

const inputSchema = { type: 'object', properties: { n: { type: 'number' }, name: { type: 'string' } } }

function answering(result: ToolResult) {
  return {
    services: {
      useTool: async () => result,
      ...findable(fakeTool('calc', 'add', { inputSchema })),
    },
  }
}

const text = answering({ content: [{ type: 'text', text: 'five' }] })

it('reads single arguments by the schema and calls the tool by its full address', async () => {
  const { exit, stdout, calls } = await run(['call', 'add', 'n=5', 'name=5', 'raw:=[1]'], text)
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'five\n' })
  expect(calls['useTool']).toEqual([
    ['calc/add', { n: 5, name: '5', raw: [1] }, { signal: expect.any(AbortSignal) }],
  ])
})

it.each([
  [
    ['nam=x'],
    {},
    'warning: calc/add names no argument "nam"; it is sent all the same\nhint:    Did you mean name?\n',
  ],
  [['n=1', 'm=1'], {}, 'warning: calc/add names no argument "m"; it is sent all the same\n'],
  [['n=1', 'name=m'], {}, ''],
  [['nam=x', '--json'], {}, ''],
  [['nam=x'], { additionalProperties: true }, ''],
  [['nam=x'], { properties: {} }, ''],
  [['nam=x'], { anyOf: [{}] }, ''],
])('an argument with a slip in its name went by without a word: %j %j', async (words, more, warning) => {
  const tool = fakeTool('calc', 'add', { inputSchema: { ...inputSchema, ...more } })
  const services = { ...text.services, ...findable(tool) }
  const { exit, stderr, calls } = await run(['use-tool', 'add', ...words], { services })
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: warning })
  expect(calls['useTool']).toHaveLength(1)
})

it.each([
  ['text', 'text\n'],
  [
    [null, 5, 'x', [], { type: 5 }, { type: 'text' }, { type: 'text', text: { a: 1 } }],
    '\n5\nx\n[]\n{"type":5}\n\n{"a":1}\n',
  ],
  [
    [
      { type: 'resource', resource: null },
      { type: 'image', data: 5 },
    ],
    '[resource]\n[image]\n',
  ],
  [[{ type: 'constructor' }, { type: 'toString' }], '[constructor]\n[toString]\n'],
])('a tool had run, and what it answered was shown as a defect: %j', async (content, stdout) => {
  const shown = await run(['use-tool', 'add'], answering({ content } as never))
  expect(shown).toMatchObject({ exit: 0, stdout, stderr: '' })
})

it('single arguments win over --args', async () => {
  const { calls } = await run(['use', 'add', '--args', '{"n":1,"m":1}', 'n:=2'], text)
  expect(calls['useTool']?.[0]?.slice(0, 2)).toEqual(['calc/add', { n: 2, m: 1 }])
})

it('--args - reads stdin, and nothing else does', async () => {
  const { calls } = await run(['use_tool', 'add', '--args', '-', '--timeout', '500ms'], {
    ...text,
    stdin: '{"n":3}',
  })
  expect(calls['useTool']?.[0]).toEqual([
    'calc/add',
    { n: 3 },
    { timeout: 500, signal: expect.any(AbortSignal) },
  ])
})

it('what is wrong with the arguments is found before a store is opened or a tool called', async () => {
  for (const words of [['n'], ['n:=x'], ['--args', '[]'], ['a:=1', 'a:=2']]) {
    expect(await run(['use-tool', 'add', ...words], text)).toMatchObject({ exit: 1, stdout: '', opened: [] })
  }
})

describe('what does not fit the schema', () => {
  const source = cached('calc')
  const world = {
    services: {
      findTool: async () => fakeTool('calc', 'add', { inputSchema }),
      argumentProblems: async () => [
        { argument: 'n', problem: 'n is missing' },
        { argument: 'm', problem: 'm is not one of its arguments' },
      ],
      listTools: async () => fakeToolList([], [source]),
    },
  }

  it('is named all together, and nothing is called', async () => {
    const { exit, stdout, stderr } = await run(['use-tool', 'add', 'n=five', 'm=1'], world)
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
    expect(stderr).toMatchInlineSnapshot(`
      "error: the arguments do not fit calc/add: argument "n" must be a number; m is not one of its arguments
      hint:  Nothing was called. See what the tool takes: mcpstore info calc/add
      "
    `)
  })

  it('is told to be written as JSON, where only that can say it', async () => {
    const properties = { en: { enum: [1, 'x'] }, text: { type: 'string' } }
    const hintOf = async (argument: string): Promise<string> => {
      const services = {
        findTool: async () => fakeTool('calc', 'add', { inputSchema: { type: 'object', properties } }),
        argumentProblems: async () => [{ argument, problem: `${argument} must be something else` }],
        listTools: async () => fakeToolList([], [source]),
      }
      return (await run(['use-tool', 'add', 'en=5', 'text=5', 'odd=5'], { services })).stderr
    }
    expect(await hintOf('en')).toContain('\nhint:  Write en:=JSON to send exactly that JSON.\n')
    expect(await hintOf('text')).not.toContain(':=')
    expect(await hintOf('odd')).not.toContain(':=')
  })

  it('may fit a newer list than the one that is known, which is said', async () => {
    source.stale = true
    const { stderr } = await run(['use-tool', 'add', 'm=1', '--agent', 'x'], {
      ...world,
      store: { forAgent: () => world.services as unknown as AgentContext },
    })
    expect(stderr).toMatchInlineSnapshot(`
      "error: the arguments do not fit calc/add: n is missing; m is not one of its arguments
      hint:  Nothing was called. See what the tool takes: mcpstore info calc/add --agent x
             That is from a list cached 3m ago; --fresh asks for a new one.
      "
    `)
  })
})

it.each([
  [['--fresh'], { fresh: true }],
  [['--max-age', '10m'], { maxAge: 600_000 }],
  [[], {}],
])('with %j the tool is looked for in such a list', async (options, choice) => {
  const { calls } = await run(['call', 'add', ...options], text)
  expect(calls['findTool']).toEqual([['add', { ...choice, signal: expect.any(AbortSignal) }]])
})

describe('--dry-run', () => {
  const services = (info: ServiceInfo) => ({
    ...findable(fakeTool('calc', 'add', { inputSchema })),
    serviceInfo: async () => info,
    listTools: async () => fakeToolList([], [cached('calc', { stale: true })]),
  })

  it('shows the request and calls nothing', async () => {
    const world = { services: services(fakeService('calc')) }
    const { exit, stdout, stderr, calls } = await run(['call', 'add', 'n=5', '--dry-run'], world)
    expect(exit).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ method: 'tools/call', params: { name: 'add', arguments: { n: 5 } } })
    expect(stderr).toBe('not sent to calc (https://calc.example/mcp); its tools: cached 3m ago, stale\n')
    expect(calls['findTool']).toEqual([['add', { offline: true, signal: expect.any(AbortSignal) }]])
    const json = await run(['call', 'add', 'n=5', '--dry-run', '--json'], world)
    expect(JSON.parse(json.stdout)).toEqual({
      dryRun: true,
      tool: 'calc/add',
      request: JSON.parse(stdout),
      list: { source: 'cache', fetchedAt: expect.any(String), age: 180_000, stale: true },
    })
  })

  it('of a service that would not be called says why', async () => {
    const inert = fakeService('calc')
    inert.facts.inert = 'it starts a program'
    expect(await run(['call', 'add', '--dry-run'], { services: services(inert) })).toMatchObject({
      exit: 3,
      stdout: '',
      stderr: expect.stringContaining(
        'it starts a program\nhint:  Look at it, then trust it: mcpstore trust calc',
      ),
    })
    const off = fakeService('calc', { status: 'disabled' })
    expect(await run(['call', 'add', '--dry-run'], { services: services(off) })).toMatchObject({ exit: 1 })
  })

  it('excludes what would ask somebody', async () => {
    for (const option of ['--fresh', '--max-age=5']) {
      expect(await run(['call', 'add', '--dry-run', option])).toMatchObject({ exit: 1 })
    }
  })
})

it.each([
  ['unknown_tool', 1],
  ['ambiguous_tool', 1],
  ['bad_arguments', 1],
  ['server_error', 2],
  ['auth_required', 3],
  ['untrusted', 3],
  ['outcome_unknown', 4],
] as const)('%s ends with %i and leaves stdout empty', async (code, exit) => {
  const services = { ...text.services, useTool: () => Promise.reject(libraryError(code, 'It failed.')) }
  expect(await run(['call', 'x', '--json'], { services })).toMatchObject({ exit, stdout: '' })
})

describe('a result', () => {
  it('--json is the result exactly as it came', async () => {
    const result = {
      content: [{ type: 'novel', x: [1] }],
      structuredContent: { a: '\u009b' },
      _meta: { k: 1 },
    }
    expect(JSON.parse((await run(['call', 'x', '--json'], answering(result))).stdout)).toEqual(result)
  })

  it('that is an error is printed and ends with 2', async () => {
    const failed = answering({ content: [{ type: 'text', text: 'no such city' }], isError: true })
    const plain = await run(['call', 'x'], failed)
    expect(plain).toMatchObject({
      exit: 2,
      stdout: 'no such city\n',
      stderr: 'error: the tool answered with an error\n',
    })
    const json = await run(['call', 'x', '--json'], failed)
    expect(json).toMatchObject({ exit: 2, stderr: '' })
    expect(JSON.parse(json.stdout).isError).toBe(true)
  })

  it('shows what is no text in one line each', async () => {
    const content = [
      { type: 'text', text: 'two\nlines\n' },
      { type: 'image', mimeType: 'image/png', data: 'A'.repeat(16_000) },
      { type: 'audio', mimeType: 'audio/wav', data: 'AAA=' },
      { type: 'resource', resource: { uri: 'file:///a.txt', mimeType: 'text/plain', text: '北京' } },
      { type: 'resource', resource: { uri: 'file:///b', blob: 'A'.repeat(2_000_000) } },
      { type: 'resource_link', uri: 'https://x.example', name: 'x' },
      { type: 'novel' },
    ]
    const { stdout } = await run(['call', 'x'], answering({ content, structuredContent: { hidden: true } }))
    expect(stdout).toMatchInlineSnapshot(`
      "two
      lines
      [image image/png, 12 kB]
      [audio audio/wav, 2 B]
      [resource file:///a.txt, text/plain, 6 B]
      [resource file:///b, 1.5 MB]
      [resource link https://x.example, x]
      [novel]
      "
    `)
  })

  it('is shown as JSON where it has structured content and no text', async () => {
    const { stdout } = await run(['call', 'x'], answering({ structuredContent: { temp: 5, evil: '\u009b' } }))
    expect(JSON.parse(stdout)).toEqual({ temp: 5, evil: '\u009b' })
    expect(stdout).not.toContain('\u009b')
  })

  it('without content prints nothing', async () => {
    expect(await run(['call', 'x'], answering({ content: [] }))).toMatchObject({
      exit: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('cannot drive the terminal', async () => {
    const evil = answering({
      content: [
        { type: 'text', text: 'a\u001b]52;c;AAAA\u0007\n\tb' },
        { type: 'resource_link', uri: 'x\u001b[2J\ny' },
      ],
    })
    expect((await run(['call', 'x'], evil)).stdout).toBe(
      'a\\x1b]52;c;AAAA\\x07\n\tb\n[resource link x\\x1b[2J y]\n',
    )
  })
})
