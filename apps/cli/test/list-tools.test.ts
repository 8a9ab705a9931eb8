import { describe, expect, it } from 'vitest'
import { cached, fakeTool, fakeToolList, libraryError, run } from './fakes.ts'

const now = fakeTool('weather', 'now', {
  description: '\n  The weather now.\nWith details.',
  annotations: { readOnlyHint: true },
})
const later = fakeTool('weather', 'later', {
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
  inputSchema: {
    type: 'object',
    properties: {
      unit: { enum: ['metric', 'imperial'] },
      days: { type: 'integer' },
      city: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
      at: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    },
    required: ['city'],
  },
})
const echo = fakeTool('echo', 'echo')
const refused = { code: 'unreachable', message: 'connection refused', hint: 'Is it running?' }
const broken = cached('broken', { source: 'none', fetchedAt: null, age: null, error: refused })

function listing(...list: Parameters<typeof fakeToolList>) {
  return { services: { listTools: async () => fakeToolList(...list) } }
}

it('groups the tools by service, with where each list came from', async () => {
  const sources = [cached('weather', { stale: true }), cached('echo', { source: 'live', age: 0 })]
  const { exit, stdout, stderr } = await run(['tools'], listing([echo, now, later], sources))
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout).toMatchInlineSnapshot(`
    "weather  2 tools  cached 3m ago  stale
      weather/now()  [read-only]
          The weather now.
      weather/later(city: string, unit?: "metric"|"imperial", days?: integer, tags?: string[], at?: number|null)  [destructive, idempotent]
          What later does.

    echo  1 tool  live
      echo/echo()
          What echo does.
    "
  `)
})

it('what its server lists and nobody can call is a warning', async () => {
  const odd = cached('echo', { leftOut: { nameless: 2, repeated: ['echo'] } })
  const { exit, stderr } = await run(['tools'], listing([echo], [odd]))
  expect({ exit, stderr }).toEqual({
    exit: 0,
    stderr:
      'warning: "echo" lists 2 tools without a name, which are left out\n' +
      'warning: "echo" lists "echo" more than once: the first is used\n',
  })
  const json = await run(['tools', '--json'], listing([echo], [odd]))
  expect(json.stderr).toBe('')
  expect(JSON.parse(json.stdout).services).toMatchObject([{ leftOut: { nameless: 2, repeated: ['echo'] } }])
})

it('at a terminal what does not fit is counted, not cut off in the middle', async () => {
  let shown = ''
  const out = {
    write: (text: string) => {
      shown += text
    },
    columns: 72,
    color: false,
    redraws: false,
  }
  await run(['tools'], { ...listing([now, later], [cached('weather')]), host: { out } })
  for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(72)
  expect(shown).toMatchInlineSnapshot(`
    "weather  2 tools  cached 3m ago
      weather/now()  [read-only]
          The weather now.
      weather/later(city: string, …4 more)  [destructive, idempotent]
          What later does.
    "
  `)
})

it('--schema shows what tools take and give', async () => {
  const outputSchema = { type: 'object', evil: '\u009b\u202e' }
  const tool = { ...now, outputSchema }
  const { stdout } = await run(['tools', '--schema'], listing([tool], [cached('weather')]))
  expect(stdout).toMatchInlineSnapshot(`
    "weather  1 tool  cached 3m ago
      weather/now()  [read-only]
          The weather now.
          takes {
            "type": "object"
          }
          gives {
            "type": "object",
            "evil": "\\u009b\\u202e"
          }
    "
  `)
})

it.each([
  [['--fresh'], { fresh: true }],
  [['--offline'], { offline: true }],
  [['--max-age', '2h'], { maxAge: 7_200_000 }],
])('%j says which lists are good enough', async (options, choice) => {
  const { calls } = await run(['tools', ...options], listing([now], [cached('weather')]))
  expect(calls['listTools']).toEqual([[undefined, { ...choice, signal: expect.any(AbortSignal) }]])
})

it.each([
  ['--fresh', '--offline'],
  ['--max-age=5', '--fresh'],
  ['--max-age=soon'],
  ['--limit=5'],
  ['--search=x', '--fresh'],
])('%j %j is refused before anything is opened', async (...options) => {
  expect(await run(['tools', ...options])).toMatchObject({ exit: 1, stdout: '', opened: [] })
})

it('an old list is a failure where --max-age asked for a newer one', async () => {
  const kept = cached('weather', { age: 600_000, error: refused })
  expect((await run(['tools', '--max-age', '5m'], listing([now], [kept]))).exit).toBe(4)
  expect((await run(['tools', '--max-age', '1h'], listing([now], [kept]))).exit).toBe(0)
})

it('one tool whose description is no text hid the tools of all services', async () => {
  const odd = fakeTool('odd', 'odd', {
    description: { en: 'Odd.' },
    annotations: 5,
    inputSchema: 'none',
  } as never)
  const { exit, stdout } = await run(['tools'], listing([echo, odd], [cached('odd'), cached('echo')]))
  expect(exit).toBe(0)
  expect(stdout).toContain('{"en":"Odd."}\n')
  expect(stdout).toContain('What echo does.\n')
  const services = { findTool: async () => odd, listTools: async () => fakeToolList([odd], [cached('odd')]) }
  const info = await run(['info', 'odd/odd'], { services })
  expect(info).toMatchObject({ exit: 0, stdout: expect.stringContaining('{"en":"Odd."}\n') })
})

it('--json gives the tools as they are and a source for each service', async () => {
  const { exit, stdout, stderr } = await run(
    ['list-tools', '--json'],
    listing([now], [cached('weather'), broken]),
  )
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    tools: [{ ...now, annotations: { readOnlyHint: true } }],
    services: [cached('weather'), broken],
  })
})

it('passes the service, --fresh and --timeout on', async () => {
  const { calls } = await run(
    ['list-tools', 'weather', '--fresh', '--timeout', '2'],
    listing([now], [cached('weather')]),
  )
  expect(calls['listTools']).toEqual([
    ['weather', { fresh: true, timeout: 2000, signal: expect.any(AbortSignal) }],
  ])
})

it('the error of a named service is the error of the command', async () => {
  const failing = {
    services: { listTools: () => Promise.reject(libraryError('timeout', 'No answer in 2 s.')) },
  }
  expect(await run(['list-tools', 'weather'], failing)).toMatchObject({ exit: 4, stdout: '' })
})

describe('a listing of all', () => {
  it('warns of a service that failed, and succeeds', async () => {
    const { exit, stdout, stderr } = await run(['tools'], listing([now], [cached('weather'), broken]))
    expect(exit).toBe(0)
    expect(stdout).toContain('broken  no tool list yet\n')
    expect(stderr).toBe(
      'warning: broken: connection refused\nhint:    Is it running? Next: mcpstore check broken\n',
    )
  })

  it('fails when none could be listed, and still says what is known', async () => {
    const { exit, stdout, stderr } = await run(['tools', '--json'], listing([], [broken]))
    expect(exit).toBe(4)
    expect(JSON.parse(stdout).services).toEqual([broken])
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'unreachable',
      hint: 'Is it running? Next: mcpstore doctor',
    })
  })

  it('fails for want of authorization when that is all that is missing', async () => {
    const locked = { ...broken, error: { code: 'auth_required', message: 'token needed' } }
    expect((await run(['tools'], listing([], [locked]))).exit).toBe(3)
    expect((await run(['tools'], listing([], [locked, broken]))).exit).toBe(4)
  })

  it('a shown list that could not be renewed is a failure only if --fresh asked for it', async () => {
    const kept = cached('weather', { stale: true, error: refused })
    expect((await run(['tools'], listing([now], [kept]))).exit).toBe(0)
    expect((await run(['tools', '--fresh'], listing([now], [kept]))).exit).toBe(4)
  })

  it('a disabled service is no failure', async () => {
    const off = { ...broken, name: 'off', error: { code: 'disabled', message: 'disabled' } }
    expect((await run(['tools'], listing([], [off]))).exit).toBe(0)
    expect((await run(['tools'], listing([], [off, broken]))).exit).toBe(4)
  })
})

it('an escape sequence in a description is shown, not sent; JSON keeps it', async () => {
  const evil = fakeTool('weather', 'now', { description: '\u001b[31mred\u001b[0m' })
  const world = listing([evil], [cached('weather')])
  expect((await run(['tools'], world)).stdout).toContain('\\x1b[31mred\\x1b[0m')
  expect(JSON.parse((await run(['tools', '--json'], world)).stdout).tools[0].description).toBe(
    evil.description,
  )
})

it('without services it says so', async () => {
  expect((await run(['tools'], listing([], []))).stdout).toContain('no enabled service')
})
