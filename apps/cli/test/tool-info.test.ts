import { describe, expect, it } from 'vitest'
import { sampleCall } from '../src/output/tools/sample-call.ts'
import { cached, fakeService, fakeTool, fakeToolList, libraryError, run } from './fakes.ts'

const inputSchema = {
  type: 'object',
  properties: {
    city: { type: 'string', description: 'Where\nit is.' },
    unit: { enum: ['metric', 'old style'], default: 'metric' },
    days: { $ref: '#/$defs/Days' },
    tags: { type: 'array', items: { type: 'string' } },
    extra: {},
  },
  required: ['city', 'days'],
  $defs: { Days: { anyOf: [{ type: 'integer', minimum: 2 }, { type: 'null' }] } },
}
const tool = fakeTool('weather', 'now', { description: 'The weather.\nNow\u001b[2J.', inputSchema })
const listTools = async () => fakeToolList([], [cached('weather', { stale: true })])
const world = { services: { findTool: async () => tool, listTools } }

describe('info SERVICE/TOOL', () => {
  it('shows what the tool does, its arguments, and a line that calls it', async () => {
    const { exit, stdout, stderr, calls } = await run(['info', 'weather/now'], world)
    expect({ exit, stderr, asked: calls['findTool'] }).toEqual({
      exit: 0,
      stderr: '',
      asked: [['weather/now', { signal: expect.any(AbortSignal) }]],
    })
    expect(stdout).toMatchInlineSnapshot(`
      "weather/now  cached 3m ago, stale
      The weather.
      Now\\x1b[2J.

      ARGUMENT  TYPE
      city      string                required  Where it is.
      unit      "metric"|"old style"  optional  default metric
      days      integer|null          required
      tags      string[]              optional
      extra     any                   optional

      mcpstore use-tool weather/now city=TEXT days=2
      "
    `)
  })

  it('the line that calls it was about another dataspace', async () => {
    const lastLines = async (...place: string[]) =>
      (await run(['info', 'weather/now', ...place], world)).stdout.trimEnd().split('\n').slice(-2)
    expect(await lastLines('--dataspace', 'my team', '--home', '/h')).toEqual([
      '',
      "mcpstore use-tool weather/now --dataspace 'my team' --home /h city=TEXT days=2",
    ])
    expect(await lastLines('--redis', 'redis://:secret@host', '--namespace', 'n')).toEqual([
      'Put the URL of that Redis into MCPSTORE_REDIS_URL first.',
      'mcpstore use-tool weather/now --namespace n city=TEXT days=2',
    ])
  })

  it('of one without arguments says so', async () => {
    const bare = { services: { findTool: async () => fakeTool('weather', 'now'), listTools } }
    expect((await run(['info', 'weather/now'], bare)).stdout).toMatchInlineSnapshot(`
      "weather/now  cached 3m ago, stale
      What now does.

      It takes no arguments.

      mcpstore use-tool weather/now
      "
    `)
  })

  it('--json is the tool as list-tools has it, and how old the list is', async () => {
    const { stdout } = await run(['info', 'weather/now', '--json'], world)
    const list = { source: 'cache', fetchedAt: '2026-11-20T10:00:00.000Z', age: 180_000, stale: true }
    expect(JSON.parse(stdout)).toEqual({ ...tool, list })
  })
})

describe('info TOOL without its service found nothing', () => {
  const unknown = () =>
    Promise.reject(libraryError('unknown_service', 'there is no service', 'Did you mean weather?'))
  const services = { listTools, serviceInfo: unknown, listServices: async () => [fakeService('weather')] }

  it.each(['now', 'weather_now', 'weather__now'])('%s is looked for as use-tool does', async (name) => {
    const findTool = async () => tool
    const { exit, stdout, calls } = await run(['info', name], { services: { ...services, findTool } })
    expect({ exit, asked: calls['findTool'] }).toEqual({
      exit: 0,
      asked: [[name, { signal: expect.any(AbortSignal) }]],
    })
    expect(stdout).toMatch(/^weather\/now /)
  })

  it('the name of several tools is refused with all of them', async () => {
    const findTool = () =>
      Promise.reject(libraryError('ambiguous_tool', '"now" is the name of 2 tools', 'a/now, b/now'))
    const { exit, stderr } = await run(['info', 'now'], { services: { ...services, findTool } })
    expect({ exit, stderr }).toEqual({
      exit: 1,
      stderr: 'error: "now" is the name of 2 tools\nhint:  a/now, b/now; next: mcpstore list-tools\n',
    })
  })

  it('the name of nothing says that it is neither', async () => {
    const findTool = () => Promise.reject(libraryError('unknown_tool', 'there is no tool', 'See list-tools.'))
    const { exit, stderr } = await run(['info', 'nothing'], { services: { ...services, findTool } })
    expect(exit).toBe(1)
    expect(stderr).toBe(
      'error: there is no service and no tool "nothing"\nhint:  See list-tools. Next: mcpstore list\n',
    )
  })

  it('the name of nothing says which services come near', async () => {
    const hintOf = async (hint: string, names: string[] = []) => {
      const unknownTool = libraryError('unknown_tool', 'there is no tool', hint)
      const findTool = () =>
        Promise.reject(Object.assign(unknownTool, names.length > 0 && { meant: { names } }))
      return (await run(['info', 'weather_eu'], { services: { ...services, findTool } })).stderr.split(
        '\n',
      )[1]
    }
    expect(await hintOf('Did you mean weather/now?', ['weather/now'])).toBe(
      'hint:  Did you mean weather or weather/now? Next: mcpstore list',
    )
    expect(await hintOf('See list-tools.')).toBe(
      'hint:  Did you mean weather? See list-tools. Next: mcpstore list',
    )
    expect(
      await hintOf('Not searched: odd: what? Did you mean that?'),
      'what a server says is no suggestion',
    ).toBe('hint:  Did you mean weather? Not searched: odd: what? Did you mean that? Next: mcpstore list')
  })

  it.each(['wether', 'weathers'])(
    '%s, a mistyped service, was looked for among the tools of all',
    async (name) => {
      const asked: unknown[] = []
      const findTool = (_: string, options: unknown) => {
        asked.push(options)
        return Promise.reject(libraryError('not_listed', 'there is no tool'))
      }
      const { exit, stderr } = await run(['info', name], { services: { ...services, findTool } })
      expect(asked).toEqual([{ offline: true }])
      expect({ exit, stderr }).toEqual({
        exit: 1,
        stderr: 'error: there is no service\nhint:  Did you mean weather? Next: mcpstore list\n',
      })
    },
  )
})

const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})

it.each<[string, unknown]>([
  ['s/t', undefined],
  [
    's/t text=TEXT count=1 on=true',
    object({ text: { type: 'string' }, count: { type: 'integer' }, on: { type: 'boolean' } }),
  ],
  ["s/t 'name=it'\\''s'", object({ name: { const: "it's" } })],
  [
    `s/t 'list:=["TEXT"]' 'filter:={"a":1}'`,
    object({ list: { type: 'array', items: { type: 'string' } }, filter: object({ a: { type: 'number' } }) }),
  ],
  [`s/t --args '{"-x":true,"a=b":1}'`, object({ '-x': { type: 'boolean' }, 'a=b': { type: 'number' } })],
  ['s/t any=TEXT', { required: ['any'] }],
  ['s/t at=@@home', object({ at: { const: '@home' } })],
  [
    's/t none:=null \'five:="5"\'',
    object({ none: { default: null, type: ['string', 'null'] }, five: { const: '5', type: 'integer' } }),
  ],
  ["s/t $'lines=it\\'s\\x0a\\u202eback\\\\slash'", object({ lines: { const: "it's\n\u202eback\\slash" } })],
  [
    's/t to=name@example.com at=2026-01-31T12:00:00Z',
    object({ to: { type: 'string', format: 'email' }, at: { type: 'string', format: 'date-time' } }),
  ],
  [
    's/t pin=TEXTXX code=TE n=3 m=0.5',
    object({
      pin: { type: 'string', minLength: 6 },
      code: { type: 'string', maxLength: 2 },
      n: { type: 'number', exclusiveMinimum: 2 },
      m: { type: 'number', maximum: 0.5 },
    }),
  ],
  [`s/t 'two:=["TEXT","TEXT"]'`, object({ two: { type: 'array', minItems: 2 } })],
])('the line that calls it: %s', (line, schema) => {
  expect(sampleCall('s/t', schema)).toBe(`mcpstore use-tool ${line}`)
})

it('a schema that holds itself gives a line that ends', () => {
  const node = { ...object({ child: { $ref: '#/$defs/Node' } }) }
  const schema = { ...object({ root: { $ref: '#/$defs/Node' } }), $defs: { Node: node } }
  expect(sampleCall('s/t', schema)).toContain('child')
})
