import { Dataspace, MemoryTables, memoryBackend } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import {
  failureOf,
  linesOf,
  remoteConfig,
  scratch,
  startRemote,
  stdioConfig,
  until,
} from './connections-fixtures.ts'
import { type Reader, readerOf, SECRET, seen, sharedPlace, strangerIn, trap } from './strangers.ts'

/** Everything that reaches for a service, by name. */
const reaching: Record<string, (reader: Reader, name: string) => Promise<unknown>> = {
  waitService: (reader, name) => reader.forStore().waitService(name, { timeout: 3000 }),
  listTools: (reader, name) => reader.forStore().listTools(name),
  'listTools fresh': (reader, name) => reader.forStore().listTools(name, { fresh: true }),
  findTool: (reader, name) => reader.forStore().findTool(`${name}/echo`),
  useTool: (reader, name) => reader.forStore().useTool(`${name}/echo`, { text: 'x' }),
  checkServices: async (reader, name) => {
    const [check] = await reader.forStore().checkServices(name)
    expect(check!.status).toBe('untrusted')
    throw check!.error
  },
  connectService: (reader, name) => reader.forStore().connectService(name),
  restartService: (reader, name) => reader.forStore().restartService(name),
  listResources: (reader, name) => reader.forStore().listResources(name),
  listResourceTemplates: (reader, name) => reader.forStore().listResourceTemplates(name),
  readResource: (reader, name) => reader.forStore().readResource('demo://x', { service: name }),
  listPrompts: (reader, name) => reader.forStore().listPrompts(name),
  getPrompt: (reader, name) => reader.forStore().getPrompt(`${name}/greet`),
  complete: (reader, name) =>
    reader.forStore().complete({ prompt: `${name}/greet` }, { name: 'who', value: '' }),
}

const placeholders = [
  '${TOKEN}',
  '${TOKEN:-}',
  '${TOKEN:-default}',
  '${UNSET:-default}',
  'a${TOKEN}b${HOME}',
  '$${TOKEN}',
  '${HOME:-$}{TOKEN}',
]

test.each(Object.keys(reaching))('a program of a stranger is not started by %s', async (how) => {
  const starts = `${scratch()}/starts`
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  await stranger.plant('demo', { ...stdioConfig({ startFile: starts }), cwd: '/' })
  await seen(reader, 'demo')
  const failure = await failureOf(reaching[how]!(reader, 'demo'))
  expect(failure).toMatchObject({ code: 'untrusted', message: expect.stringContaining('start a program') })
  for (const way of ['mcpstore trust demo', 'add it here', 'setupStore({ trust })']) {
    expect(failure.hint).toContain(way)
  }
  await reader.close()
  expect(linesOf(starts)).toEqual([])
})

test('no placeholder of a stranger is filled in, wherever it stands and however it is written', async () => {
  const { port, connections } = await trap()
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const address = `http://127.0.0.1:${port}/mcp`
  const configs = placeholders.flatMap((text) => [
    { type: 'http', url: `${address}?q=${text}` },
    { type: 'http', url: `http://127.0.0.1:${port}/${text}` },
    { type: 'sse', url: address, headers: { Authorization: `Bearer ${text}` } },
    { type: 'http', url: address, headers: { 'X-A': 'plain', 'X-B': text } },
    { type: 'http', url: address, description: text },
    { type: 'stdio', command: 'curl', args: [address, text] },
    { type: 'stdio', command: text },
    { type: 'stdio', command: 'curl', args: [address], env: { A: text } },
  ])
  for (const [at, config] of configs.entries()) await stranger.plant(`s${at}`, config)
  await seen(reader, `s${configs.length - 1}`)
  const listed = await reader.forStore().listServices()
  expect(listed).toHaveLength(configs.length)
  for (const { name, status, facts } of listed) {
    expect([name, status, facts.trusted]).toEqual([name, 'untrusted', false])
    for (const reach of Object.values(reaching)) {
      expect(await failureOf(reach(reader, name))).toMatchObject({ code: 'untrusted' })
    }
  }
  const everything = await reader.forStore().listTools()
  expect(everything.services.map(({ error }) => error?.code)).toEqual(configs.map(() => 'untrusted'))
  await reader.close()
  expect([...reader.asked]).toEqual([])
  expect(connections()).toBe(0)
  expect(JSON.stringify([listed, everything.services, reader.lines])).not.toContain(SECRET)
})

test('the list that a stranger wrote beside his placeholders is shown without filling them in', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  await stranger.plant('demo', { type: 'http', url: 'https://example.com/${TOKEN}' })
  await stranger.plantList('demo', ['echo'])
  await seen(reader, 'demo', ({ toolCount }) => toolCount === 1)
  const tools = await reader.forStore().listTools()
  expect([tools.map(({ name }) => name), tools.services[0]!.error?.code]).toEqual([
    ['demo/echo'],
    'untrusted',
  ])
  for (const reach of [reaching['useTool']!, reaching['waitService']!]) {
    expect(await failureOf(reach(reader, 'demo'))).toMatchObject({ code: 'untrusted' })
  }
  expect([...reader.asked]).toEqual([])
})

test('what a newer version wrote is set aside and named, kept as it is, and cannot be approved', async () => {
  const startFile = `${scratch()}/starts`
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ trust: 'dataspace' }), await place.stranger()]
  const newer = { ...stdioConfig({ startFile }), cwd: '/', sandbox: { secret: 'x' } }
  await stranger.plant('newer', newer)
  await stranger.plant('other', { type: 'http', url: 'https://example.com' })
  await seen(reader, 'other')
  const ctx = reader.forStore()
  expect((await ctx.listServices()).map(({ name }) => name)).toEqual(['other'])
  const named = 'unknown field "sandbox"'
  expect(reader.lines.filter((line) => line.includes(named))).toHaveLength(1)
  expect(reader.status().quarantined).toMatchObject([{ problem: named }])
  const reaches = [
    () => ctx.serviceInfo('newer'),
    () => ctx.trustService('newer'),
    () => ctx.waitService('newer'),
  ]
  for (const reach of reaches) {
    const error = await failureOf(reach())
    expect(error).toMatchObject({ code: 'bad_config', message: expect.stringContaining(named) })
    expect(error.hint).toContain('newer mcpstore')
  }
  expect(linesOf(startFile)).toEqual([])
  expect(stranger.dataspace.get('services:newer:config')!.value).toEqual(newer)
})

test('spellings that other programs expand are no placeholders here, or not accepted at all', async () => {
  const { port, connections, bytes } = await trap()
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ allowPrivateAddresses: true }), await place.stranger()]
  const address = `http://127.0.0.1:${port}/mcp`
  const refused = ['${env:TOKEN}', '${input:TOKEN}', '${TOKEN-x}', '${TOKEN:?x}', '${userHome}']
  for (const [at, text] of refused.entries()) {
    await stranger.plant(`refused${at}`, { type: 'http', url: address, headers: { A: text } })
  }
  await stranger.plant('envfile', { type: 'http', url: address, envFile: '/home/reader/.env' })
  const literal = { A: '$TOKEN %TOKEN% {{TOKEN}} $(TOKEN) `TOKEN` $\u007bTOKEN', B: '%24%7BTOKEN%7D' }
  await stranger.plant('literal', {
    type: 'http',
    url: `${address}?q=$TOKEN&r=%24%7BTOKEN%7D`,
    headers: literal,
  })
  await seen(reader, 'literal', ({ facts }) => facts.inert !== null)
  expect((await reader.forStore().listServices()).map(({ name }) => name)).toEqual(['literal'])
  await stranger.plant('literal', {
    type: 'http',
    url: `${address}?q=$TOKEN`,
    headers: { A: '%TOKEN% $TOKEN' },
  })
  await seen(reader, 'literal', ({ facts }) => facts.inert === null)
  for (const reach of Object.values(reaching)) await failureOf(reach(reader, 'literal'))
  for (const at of refused.keys()) {
    expect(await failureOf(reader.forStore().listTools(`refused${at}`))).toMatchObject({ code: 'bad_config' })
  }
  expect(connections()).toBeGreaterThan(0)
  expect(bytes()).toContain('%TOKEN% $TOKEN')
  expect(bytes()).not.toContain(SECRET)
  expect([...reader.asked]).toEqual([])
})

test('a remote service that holds nothing of the reader connects untrusted', async () => {
  const remote = await startRemote()
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ allowPrivateAddresses: true }), await place.stranger()]
  await stranger.plant('open', { ...remoteConfig(remote.url), headers: { 'X-Team': 'red' } })
  await seen(reader, 'open')
  const info = await reader.forStore().waitService('open')
  expect(info).toMatchObject({ status: 'ok', facts: { trusted: false, inert: null } })
  expect(await reader.forStore().useTool('open/echo', { text: 'hi' })).toMatchObject({ content: [{}] })
  expect(JSON.stringify(await remote.seen())).not.toContain(SECRET)
  expect([...reader.asked]).toEqual([])
})

test('the cached tools of an inert service are shown, with its error beside them, and never renewed', async () => {
  const starts = `${scratch()}/starts`
  const place = sharedPlace()
  const [owner, reader] = [await place.reader({ toolTtlMs: 0 }), await place.reader({ refreshBehind: true })]
  const { type: _, ...entry } = stdioConfig({ startFile: starts })
  await owner.forStore().addService({ demo: entry })
  await owner.forStore().waitService('demo')
  await seen(reader, 'demo', ({ toolCount }) => toolCount !== null)
  const [summary] = await reader.forStore().listServices()
  expect(summary).toMatchObject({ status: 'untrusted', facts: { trusted: false, tools: 'stale' } })
  expect(summary!.facts.inert).toContain('start a program')
  for (const name of [undefined, 'demo']) {
    const tools = await reader.forStore().listTools(name)
    expect(tools.length).toBeGreaterThan(0)
    expect(tools.services).toMatchObject([{ source: 'cache', stale: true, error: { code: 'untrusted' } }])
  }
  expect((await reader.forStore().findTool('demo/echo')).tool).toBe('echo')
  const wrong = reader.forStore().useTool('demo/echo', { text: 1, more: 2 })
  expect(await failureOf(wrong)).toMatchObject({ code: 'untrusted' })
  await reader.close()
  expect(linesOf(starts)).toHaveLength(1)
})

test('that a service is inert here says nothing about it to others', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  await stranger.plant('demo', { ...stdioConfig(), cwd: '/' })
  await seen(reader, 'demo')
  for (const reach of Object.values(reaching)) await failureOf(reach(reader, 'demo'))
  await reader.close()
  expect([...place.tables.records.keys()]).toEqual(['services:demo:config'])
})

test('names that could be taken for others are set aside, and said without what is invisible in them', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const planted = ['de\u200bmo', '\u202eomed', 'de\u001b[31mmo', ' demo', 'de/mo', '-demo', 'd\u0065\u0301mo']
  for (const name of planted) await stranger.plant(name, { type: 'http', url: 'https://example.com/mcp' })
  for (const name of ['__proto__', 'constructor', 'toString'])
    await stranger.plant(name, { ...stdioConfig(), cwd: '/' })
  await seen(reader, 'toString')
  const names = (await reader.forStore().listServices()).map(({ name }) => name)
  expect(names).toEqual(['__proto__', 'constructor', 'toString'])
  for (const name of names) {
    expect(await failureOf(reader.forStore().waitService(name))).toMatchObject({ code: 'untrusted' })
  }
  expect(reader.lines.filter((line) => line.includes('set aside'))).toHaveLength(planted.length)
  expect(reader.lines.join('')).not.toMatch(/\p{C}/u)
})

test('a record of a name that no service may have is removed for good, and no service goes with it', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const config = { type: 'http', url: 'https://example.com/mcp' }
  for (const name of ['de/mo', ' demo', '-x']) await stranger.plant(name, config)
  await stranger.plant('demo', config)
  await seen(reader, 'demo')
  const ctx = reader.forStore()
  for (const name of ['de/mo', '-x'])
    expect(await ctx.deleteService(name)).toMatchObject({ name, status: 'deleted' })
  expect(reader.status().quarantined.map(({ key }) => key)).toEqual(['services:%20demo:config'])
  // The service is the one that is meant by this name.
  expect(await ctx.deleteService(' demo')).toMatchObject({ name: 'demo', status: 'deleted' })
  expect(await ctx.deleteService(' demo')).toMatchObject({ name: ' demo', status: 'deleted' })
  expect(reader.status().quarantined).toEqual([])
  for (const name of ['de/mo', 'never/there'])
    expect(await failureOf(ctx.deleteService(name))).toMatchObject({ code: 'bad_config' })
})

test('prototype keys in a config neither pass for fields nor hide a placeholder', async () => {
  const { port, connections } = await trap()
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const url = `http://127.0.0.1:${port}/mcp`
  const texts = [
    `{"type":"http","__proto__":{"url":"${url}","headers":{"A":"\${TOKEN}"}}}`,
    `{"type":"http","url":"${url}","__proto__":{"headers":{"A":"\${TOKEN}"}}}`,
    `{"type":"http","url":"${url}","headers":{"__proto__":"\${TOKEN}"}}`,
    `{"type":"http","url":"${url}","headers":{"constructor":"\${TOKEN}"}}`,
    `{"type":"stdio","command":"sh","env":{"__proto__":"\${TOKEN}","PATH":"/evil"}}`,
  ]
  for (const [at, text] of texts.entries()) await stranger.plant(`p${at}`, JSON.parse(text))
  await seen(reader, 'p4')
  for (const at of texts.keys()) {
    const { code } = await failureOf(reader.forStore().waitService(`p${at}`, { timeout: 2000 }))
    expect(['untrusted', 'bad_config']).toContain(code)
  }
  expect(connections()).toBe(0)
  expect([...reader.asked]).toEqual([])
})

test('what was read while the storage did not answer is no more trusted than what it says', async () => {
  const starts = `${scratch()}/starts`
  const tables = new MemoryTables()
  const memory = memoryBackend({ tables })
  let isDown = true
  const backend = {
    ...memory,
    kind: 'redis' as const,
    open: async (known?: Parameters<typeof memory.open>[0]) => {
      if (isDown) throw new Error('connection refused')
      return memory.open(known)
    },
  }
  const own = await new Dataspace({
    backend: { ...memoryBackend({ tables }), kind: 'redis' },
    namespace: 'shared',
    dataspace: 'w1',
  }).open()
  await strangerIn(own).plant('demo', { ...stdioConfig({ startFile: starts }), cwd: '/' })
  const dataspace = await new Dataspace({ backend, namespace: 'shared', dataspace: 'w1', waitMs: 50 }).open()
  const reader = readerOf(dataspace)
  expect(reader.status()).toMatchObject({ configured: 'redis', backend: 'memory' })
  isDown = false
  await until(async () => {
    await dataspace.refresh()
    return (
      (await reader
        .forStore()
        .serviceInfo('demo')
        .catch(() => undefined)) !== undefined
    )
  })
  expect(await failureOf(reader.forStore().waitService('demo'))).toMatchObject({ code: 'untrusted' })
  await own.close()
  expect(linesOf(starts)).toEqual([])
})

test("what lies in memory or in a local file is the user's own", async () => {
  const dataspace = await new Dataspace({
    backend: memoryBackend(),
    namespace: 'shared',
    dataspace: 'w1',
  }).open()
  const reader = readerOf(dataspace)
  await strangerIn(dataspace).plant('demo', { ...stdioConfig(), cwd: '/' })
  expect(await reader.forStore().waitService('demo')).toMatchObject({
    status: 'ok',
    facts: { trusted: true, inert: null },
  })
  expect(await reader.forStore().trustService('demo')).toEqual({
    name: 'demo',
    status: 'unchanged',
    trusted: true,
  })
  expect(await failureOf(reader.forStore().revokeTrust('demo'))).toMatchObject({ code: 'usage' })
})

test('to enable what a stranger switched off approves nothing of it', async () => {
  const place = sharedPlace()
  const reader = await place.reader()
  const ctx = reader.forStore()
  await (await place.stranger()).plant('evil', { ...stdioConfig(), disabled: true })
  await seen(reader, 'evil')
  expect(await failureOf(ctx.connectService('evil'))).toMatchObject({
    code: 'disabled',
    hint: 'Enable it: mcpstore enable evil (patchService(name, { disabled: null }))',
  })
  expect(await ctx.patchService('evil', { disabled: null })).toMatchObject({ status: 'updated' })
  expect(await failureOf(ctx.connectService('evil'))).toMatchObject({ code: 'untrusted' })
})
