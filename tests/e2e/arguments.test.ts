import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import {
  addServices,
  documentOf,
  errorOf,
  type Foreign,
  mcpstore,
  type RunOptions,
} from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'

const tools = [
  {
    name: 'send',
    inputSchema: {
      type: 'object',
      properties: {
        zip: { type: 'string' },
        days: { type: 'integer' },
        loud: { type: 'boolean' },
        tags: { type: 'array', items: { type: 'string' } },
        filter: { type: 'object', properties: { deep: { type: 'number' } }, required: ['deep'] },
        '-x': { type: 'string' },
      },
      required: ['zip'],
      additionalProperties: false,
    },
  },
]

let box: Box

beforeAll(async () => {
  box = new Box()
  const toolsFile = box.write('tools.json', tools)
  const server = { toolsFile, paramsFile: box.path('params') }
  await addServices(box, { post: fixtureServer(box, server), unlisted: fixtureServer(box) })
  expect(await mcpstore(box, ['list-tools', 'post'])).toMatchObject({ exit: 0 })
})
afterAll(() => box[Symbol.asyncDispose]())

const call = (words: string[], options?: RunOptions) =>
  mcpstore(box, ['use-tool', 'post/send', ...words], options)

/** The params of the last call, as the server got them. */
function received(): Foreign {
  const { _meta, ...params } = JSON.parse(readFileSync(box.path('params'), 'utf8').trim().split('\n').at(-1)!)
  return params
}

it.each<[string, string[], object, RunOptions?]>([
  ['a text stays a text', ['zip=01234'], { zip: '01234' }],
  [
    'by the types of the schema',
    ['zip=1', 'days=3', 'loud=true', 'tags=a'],
    { zip: '1', days: 3, loud: true, tags: ['a'] },
  ],
  ['as JSON', ['zip:="9"', 'filter:={"deep":1}'], { zip: '9', filter: { deep: 1 } }],
  ['in files', ['zip=@zip.txt', 'filter=@filter.json'], { zip: 'two\nlines\n', filter: { deep: 5 } }],
  ['a plain @', ['zip=@@zip.txt'], { zip: '@zip.txt' }],
  ['literally, after --', ['--', 'zip=@zip.txt', '-x=--json'], { zip: '@zip.txt', '-x': '--json' }],
  ['an object in a file', ['--args', '@args.json', 'days=2'], { zip: '7', days: 2 }],
  ['an object on stdin', ['--args', '-'], { zip: 'in' }, { stdin: '{"zip":"in"}' }],
  ['one text on stdin', ['zip=@-', 'days=1'], { zip: 'from stdin\n', days: 1 }, { stdin: 'from stdin\n' }],
])('arguments %s: what --dry-run shows is what the server gets', async (_what, words, args, options) => {
  box.write('zip.txt', 'two\nlines\n')
  box.write('filter.json', '{ "deep": 5 }\n')
  box.write('args.json', '{ "zip": "7", "days": 1 }')
  const started = box.starts().length
  const dry = await mcpstore(box, ['use-tool', 'post/send', '--dry-run', '--json', ...words], options)
  expect(dry).toMatchObject({ exit: 0, stderr: '' })
  expect(box.starts(), 'a dry run starts nothing').toHaveLength(started)
  expect(await call(words, options)).toEqual({ exit: 0, stdout: 'send\n', stderr: '' })
  expect(received()).toEqual({ name: 'send', arguments: args })
  expect(documentOf(dry).request).toEqual({ method: 'tools/call', params: received() })
})

it('all that is missing or wrong is named at once, before anything starts', async () => {
  const started = box.starts().length
  const { exit, stdout, stderr } = await call([
    'days=x',
    'loud=maybe',
    'filter:={"deep":"y"}',
    'color=red',
    '--json',
  ])
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  const { code, message, hint } = errorOf({ stderr })
  expect({ code, message }).toEqual({
    code: 'bad_arguments',
    message:
      'the arguments do not fit post/send: argument "days" must be an integer; argument "loud" must be true or false; ' +
      'zip is missing; filter.deep: must be a number, not a string; color is not one of its arguments',
  })
  expect(hint).toContain('mcpstore info post/send')
  expect(box.starts()).toHaveLength(started)
})

it('files that cannot be read are named, with how to write a text that begins with @', async () => {
  box.write('latin.txt', '')
  for (const [word, says] of [
    ['zip=@no-such-file', /no file "no-such-file"/],
    ['zip=@', /"zip" names no file/],
    ['zip=@.', /"\." cannot be read/],
    ['zip=@/dev/zero', /more than 16 MiB/],
  ] as const) {
    const { exit, stdout, stderr } = await call([word])
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
    expect(stderr).toMatch(says)
  }
  expect((await call(['zip=@alice'])).stderr).toContain('zip=@@…')
  expect((await call(['zip=@-', '--args', '-'], { stdin: '{}' })).stderr).toContain(
    'stdin is named more than once',
  )
})

it('a dry run of what is not known says so, and starts nothing', async () => {
  const started = box.starts().length
  const { exit, stdout, stderr } = await mcpstore(box, ['call', 'unlisted/echo', 'text=x', '--dry-run'])
  expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' })
  expect(stderr).toContain('mcpstore list-tools unlisted')
  expect(box.starts()).toHaveLength(started)
})
