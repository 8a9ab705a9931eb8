import type { ContentList, ContentSource } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { libraryError, run } from './fakes.ts'

const refused = { code: 'unreachable', message: 'connection refused', hint: 'Is it running?' }
const source = (name: string, changes: Partial<ContentSource> = {}): ContentSource => ({
  name,
  offered: true,
  ...changes,
})
const broken = source('broken', { offered: null, error: refused })

function listed<Entry>(entries: Entry[], services: ContentSource[]): ContentList<Entry> {
  return Object.assign([...entries], { services })
}

const guide = { uri: 'docs://guide', service: 'docs', description: 'The guide.\nAll of it.' }
const page = { uriTemplate: 'docs://{page}', service: 'docs', title: 'One page' }
const prompt = {
  name: 'docs/summarise',
  service: 'docs',
  prompt: 'summarise',
  description: 'Sums up',
  arguments: [{ name: 'language', required: true }, { name: 'length' }],
}

function contents(services: ContentSource[], templateServices = services) {
  return {
    services: {
      listResources: async () => listed([guide], services),
      listResourceTemplates: async () => listed([page], templateServices),
      listPrompts: async () => listed([prompt], services),
    },
  }
}

it('resources are grouped by service, with their templates; a service that has none is left out', async () => {
  const { exit, stdout, stderr } = await run(
    ['resources'],
    contents([source('docs'), source('plain', { offered: false }), broken]),
  )
  expect(exit).toBe(0)
  expect(stdout).toBe(
    'docs  1 resource, 1 template\n  docs://guide   The guide.\n  docs://{page}  One page\n',
  )
  expect(stderr).toBe(
    'warning: broken: connection refused\nhint:    Is it running? Next: mcpstore check broken\n',
  )
})

it('prompts are shown as get-prompt takes them', async () => {
  const { exit, stdout } = await run(['prompts', 'docs', '--timeout', '2'], contents([source('docs')]))
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: 'docs  1 prompt\n  docs/summarise language=… [length=…]  Sums up\n',
  })
})

it('one prompt or message that is not as it should be hid all the others', async () => {
  const odd = { ...prompt, description: 5, arguments: [null, 'x', { name: 5 }, { name: 'fine' }] }
  const services = {
    listPrompts: async () => listed([odd, prompt], [source('docs')]),
    getPrompt: async () => ({
      messages: [null, 'x', { role: 5 }, { role: 'user', content: [null, { type: 'text', text: 'hi' }] }],
    }),
    readResource: async () => ({ contents: 'no list' }),
  } as never
  const shown = await run(['prompts'], { services })
  expect(shown.stdout).toBe(
    'docs  2 prompts\n  docs/summarise [fine=…]               5\n  docs/summarise language=… [length=…]  Sums up\n',
  )
  expect((await run(['get-prompt', 'docs/x'], { services })).stdout).toBe(':\n\n:\n\n5:\n\nuser:\n\nhi\n')
  expect((await run(['read-resource', 'docs', 'a:b'], { services })).exit).toBe(0)
})

it('passes the service and --timeout on', async () => {
  const { calls } = await run(['resources', 'docs', '--timeout', '2'], contents([source('docs')]))
  const options = { timeout: 2000, signal: expect.any(AbortSignal) }
  expect(calls['listResources']).toEqual([['docs', options]])
  expect(calls['listResourceTemplates']).toEqual([['docs', options]])
})

it('--json gives everything as it is', async () => {
  const sources = [source('docs'), broken]
  const resources = await run(['resources', '--json'], contents(sources))
  expect(JSON.parse(resources.stdout)).toEqual({ resources: [guide], templates: [page], services: sources })
  const prompts = await run(['prompts', '--json'], contents(sources))
  expect(JSON.parse(prompts.stdout)).toEqual({ prompts: [prompt], services: sources })
})

it('a listing of all fails only when nothing could be listed', async () => {
  for (const command of ['resources', 'prompts']) {
    const { exit, stdout, stderr } = await run([command, '--json'], contents([broken]))
    expect(exit).toBe(4)
    expect(JSON.parse(stdout).services).toEqual([broken])
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'unreachable',
      hint: 'Is it running? Next: mcpstore doctor',
    })
  }
  const half = await run(['resources'], contents([source('docs')], [{ ...broken, name: 'docs' }]))
  expect(half).toMatchObject({ exit: 4, stderr: expect.stringContaining('docs: connection refused') })
})

it('where nobody has any it says so', async () => {
  const none = contents([source('plain', { offered: false })])
  expect((await run(['resources'], none)).stdout).toBe('No resources: no enabled service has any.\n')
  expect((await run(['prompts'], contents([]))).stdout).toBe('No prompts: no enabled service has any.\n')
})

it('where the one that was asked has none it said that no service has any', async () => {
  const none = contents([source('docs', { offered: false })])
  expect((await run(['prompts', 'docs'], none)).stdout).toBe('docs has no prompts.\n')
  expect((await run(['resources', 'docs'], none)).stdout).toBe('docs has no resources.\n')
  expect(await run(['prompts', 'docs', '--quiet'], none)).toMatchObject({ exit: 0, stdout: '' })
  expect((await run(['prompts'], contents([broken]))).stdout).toBe('')
})

it('a resource is printed as text; of what is no text it is said what it is', async () => {
  const result = {
    contents: [
      { uri: 'docs://guide', text: 'Line one\u001b[31m' },
      { uri: 'docs://logo', mimeType: 'image/png', blob: 'aGVsbG8=' },
    ],
  }
  const world = { services: { readResource: async () => result } }
  const { stdout, calls } = await run(['read-resource', 'docs', 'docs://guide'], world)
  expect(stdout).toBe('Line one\\x1b[31m\n[resource docs://logo, image/png, 5 B]\n')
  expect(calls['readResource']).toEqual([
    ['docs://guide', { service: 'docs', signal: expect.any(AbortSignal) }],
  ])
  expect(JSON.parse((await run(['read_resource', 'docs', 'x', '--json'], world)).stdout)).toEqual(result)
  expect((await run(['read-resource', 'docs'], world)).exit).toBe(1)
})

it('a prompt is printed as its messages, with who is to say each', async () => {
  const messages = [
    { role: 'user', content: { type: 'text', text: 'Sum it up.' } },
    { role: 'assistant', content: { type: 'image', mimeType: 'image/png', data: 'aGVsbG8=' } },
  ]
  const world = { services: { getPrompt: async () => ({ messages }) } }
  const words = ['get-prompt', 'docs/summarise', 'language=Norsk', 'note=a=b']
  const { stdout, calls } = await run(words, world)
  expect(stdout).toBe('user:\nSum it up.\n\nassistant:\n[image image/png, 5 B]\n')
  expect(calls['getPrompt']).toEqual([
    ['docs/summarise', { language: 'Norsk', note: 'a=b' }, { signal: expect.any(AbortSignal) }],
  ])
  for (const wrong of [['language'], ['=x'], ['a=1', 'a=2']]) {
    const { exit, opened } = await run(['get-prompt', 'docs/summarise', ...wrong], world)
    expect({ exit, opened }).toEqual({ exit: 1, opened: [] })
  }
  expect((await run(['get-prompt', 'my docs/summarise', 'Oslo'], world)).stderr).toBe(
    'error: "Oslo" is no argument of a prompt, which has the form name=text\n' +
      "hint:  See what the prompt takes: mcpstore prompts 'my docs'\n",
  )
  const unknown = { services: { getPrompt: () => Promise.reject(libraryError('unknown_prompt', 'none')) } }
  expect((await run(words, unknown)).exit).toBe(1)
})

it.each([
  ['city:=5', 'city=5'],
  ['at:={"a": 1}', `'at={"a": 1}'`],
])(
  'an argument of a prompt that was given as JSON, %s, was sent with a colon in its name',
  async (word, meant) => {
    const { exit, stderr, opened } = await run(['get-prompt', 'docs/summarise', word], {})
    expect({ exit, opened }).toEqual({ exit: 1, opened: [] })
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'error: the arguments of a prompt are texts, and ":=" is for the JSON that tools take',
      `hint:  Write ${meant}; next: mcpstore get-prompt --help`,
    ])
  },
)
