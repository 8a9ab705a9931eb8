import type { ToolResult } from '@mcpstore/core'
import { describe, expect, it } from 'vitest'
import { fakeTool, libraryError, run } from './fakes.ts'

const inputSchema = { type: 'object', properties: { n: { type: 'number' }, name: { type: 'string' } } }

function answering(result: ToolResult) {
  return {
    services: {
      useTool: async () => result,
      findTool: async () => fakeTool('calc', 'add', { inputSchema }),
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

it('asks for no schema when there is nothing to read by it', async () => {
  const { calls } = await run(['use', 'add', '--args', '{"n":1}', 'n:=2'], text)
  expect(calls['findTool']).toBeUndefined()
  expect(calls['useTool']?.[0]?.slice(0, 2)).toEqual(['add', { n: 2 }])
})

it('--args - reads stdin, and nothing else does', async () => {
  const { calls } = await run(['use_tool', 'add', '--args', '-', '--timeout', '500ms'], {
    ...text,
    stdin: '{"n":3}',
  })
  expect(calls['useTool']?.[0]).toEqual(['add', { n: 3 }, { timeout: 500, signal: expect.any(AbortSignal) }])
})

it('what is wrong with the arguments is found before a store is opened or a tool called', async () => {
  for (const words of [['n'], ['n:=x'], ['--args', '[]'], ['a:=1', 'a:=2']]) {
    expect(await run(['use-tool', 'add', ...words], text)).toMatchObject({ exit: 1, stdout: '', opened: [] })
  }
  const { exit, calls } = await run(['use-tool', 'add', 'n=five'], text)
  expect({ exit, called: calls['useTool'] }).toEqual({ exit: 1, called: undefined })
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
  const services = { useTool: () => Promise.reject(libraryError(code, 'It failed.')) }
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
