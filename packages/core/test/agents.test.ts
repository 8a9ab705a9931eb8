import { Dataspace, MemoryTables, memoryBackend, recordKey, statsField, statsKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'
import { readerOf, seen, sharedPlace } from './strangers.ts'

/** A server that says who it is. */
const named = (name: string, startFile?: string) => server({ serverInfo: { name, version: '1' }, startFile })

test('services of an agent are its own; the store shows them, and whose they are', async () => {
  const store = await open()
  await store.forStore().addService({ shared: { url: 'https://example.com/mcp' } })
  await store.forAgent('b').addService({ notes: { url: 'https://b.example.com/mcp' } })
  await store.forAgent('a').addService({ notes: { url: 'https://a.example.com/mcp' } })
  const shown = await store.forStore().listServices()
  expect(shown.map(({ name, scope }) => [name, scope])).toEqual([
    ['shared', 'store'],
    ['notes', { agent: 'a' }],
    ['notes', { agent: 'b' }],
  ])
  const own = await store.forAgent('a').listServices()
  expect(own.map(({ name, scope }) => [name, scope])).toEqual([['notes', { agent: 'a' }]])
  expect((await store.forAgent('b').serviceInfo('notes')).config).toMatchObject({
    url: 'https://b.example.com/mcp',
  })
  expect(await failureOf(store.forStore().serviceInfo('notes'))).toMatchObject({ code: 'unknown_service' })
  expect(await failureOf(store.forAgent('a').serviceInfo('shared'))).toMatchObject({
    code: 'unknown_service',
    message: 'agent "a" has no service "shared"',
    hint: expect.stringContaining('mcpstore assign'),
  })
})

test('a tool that was mistyped in an assignment hid all others, or nothing, without a word', async () => {
  const local = `${scratch()}/a.db`
  const first = await open({ local })
  await first.forStore().addService({ demo: server() })
  const given = { allow: ['ecko', 'b*', 'zz*'], deny: ['demo/env'] }
  // Nobody knows yet which tools there are.
  expect(await first.forAgent('a').assignService('demo', given)).not.toHaveProperty('warnings')
  await first.forStore().listTools()
  await first.close()
  const agent = (await open({ local })).forAgent('a')
  const none = 'no tool that service "demo" is known to have fits'
  expect(await agent.assignService('demo', given)).toEqual({
    agent: 'a',
    service: 'demo',
    status: 'unchanged',
    durable: 'local',
    warnings: [
      `${none} "ecko", which is allowed. Did you mean "echo"?`,
      `${none} "zz*", which is allowed`,
      `${none} "demo/env", which is denied. Did you mean "env"?`,
    ],
  })
  expect((await agent.listTools()).map(({ tool }) => tool).sort()).toEqual(['big', 'broken', 'burst'])
  expect(await agent.assignService('demo', { deny: ['env'] })).not.toHaveProperty('warnings')
})

test('services of one name in several scopes share no connection, list, health or statistics', async () => {
  const folder = scratch()
  const tables = new MemoryTables()
  const opened = () =>
    new Dataspace({ backend: memoryBackend({ tables }), namespace: 'n', dataspace: 'd' }).open()
  const store = readerOf(await opened())
  const contexts = { store: store.forStore(), a: store.forAgent('a'), b: store.forAgent('b') }
  await contexts.store.addService({ demo: named('of the store', `${folder}/store`) })
  await contexts.a.addService({ demo: named('of a', `${folder}/a`) })
  await contexts.b.addService({ demo: { command: 'no-such-command-here' } })
  for (const ctx of [contexts.store, contexts.a, contexts.a]) await ctx.useTool('demo/echo', { text: 'x' })
  expect(await failureOf(contexts.b.useTool('echo', { text: 'x' }))).toMatchObject({ code: 'unknown_tool' })
  const infos = await Promise.all(Object.values(contexts).map((ctx) => ctx.serviceInfo('demo')))
  expect(infos.map(({ server: facts, status, facts: { phase } }) => [facts?.name, status, phase])).toEqual([
    ['of the store', 'ok', 'connected'],
    ['of a', 'ok', 'connected'],
    [undefined, 'failing', 'idle'],
  ])
  expect([linesOf(`${folder}/store`), linesOf(`${folder}/a`)]).toEqual([1, 1])

  await contexts.a.deleteService('demo')
  await contexts.store.useTool('demo/echo', { text: 'x' })
  expect((await contexts.store.serviceInfo('demo')).facts.phase).toBe('connected')
  expect(linesOf(`${folder}/store`)).toBe(1)
  await store.close()
  const counts = await opened()
  const calls = statsField('demo', 'calls')
  expect(
    [statsKey('echo'), statsKey('echo', { agent: 'a' })].map((key) => counts.counters(key)[calls]),
  ).toEqual([2, undefined])
  await counts.close()
})

test('calls of an agent are counted under its own name', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ trust: 'dataspace' }), await place.stranger()]
  await reader.forAgent('a').addService({ demo: server() })
  await reader.forAgent('a').useTool('demo/echo', { text: 'x' })
  await reader.close()
  await stranger.dataspace.refresh()
  const count = (scope: 'store' | { agent: string }) => stranger.dataspace.counters(statsKey('echo', scope))
  expect([count('store'), count({ agent: 'a' }), count({ agent: 'b' })]).toEqual([
    {},
    expect.objectContaining({ [statsField('demo', 'calls')]: 1 }),
    {},
  ])
})

test('an agent changes its own services like the store its', async () => {
  const store = await open()
  const ctx = store.forAgent('a')
  await ctx.addService({ demo: { url: 'https://example.com/1' } })
  await ctx.patchService('demo', { description: 'mine' })
  await ctx.updateService('demo', { url: 'https://example.com/2' })
  expect((await ctx.serviceInfo('demo')).config).toEqual({ type: 'http', url: 'https://example.com/2' })
  expect(await ctx.addService({ demo: { url: 'https://example.com/3' } }, { ifAbsent: true })).toMatchObject({
    results: [{ error: { code: 'already_exists' } }],
  })
  await ctx.deleteService('demo')
  expect(await ctx.listServices()).toEqual([])
  expect(await store.listAgents()).toEqual([])
})

test('a list that changes is renewed for the agent whose server said so', async () => {
  const store = await open()
  await store.forStore().addService({ demo: server() })
  await store.forAgent('a').addService({ demo: server() })
  for (const ctx of [store.forStore(), store.forAgent('a')]) await ctx.listTools()
  await store.forAgent('a').useTool('demo/grow')
  const names = async (tools: ReturnType<ReturnType<typeof store.forStore>['listTools']>) =>
    (await tools).map(({ tool }) => tool)
  await expect.poll(() => names(store.forAgent('a').listTools())).toContain('grown-1')
  expect(await names(store.forStore().listTools())).not.toContain('grown-1')
})

test.each([
  ['', 'is empty'],
  ['a/b', 'contains "/"'],
  ['-a', 'starts with "-"'],
  ['a\u202eb', 'contains a control or invisible character'],
  ['x'.repeat(129), 'is longer than 128 characters'],
])('the id %j is refused', async (id, why) => {
  const store = await open()
  expect(() => store.forAgent(id)).toThrowError(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) }),
  )
})

test('what somebody wrote under an id that no agent may have can be removed, and nothing can be added', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const config = { type: 'http', url: 'https://example.com/mcp' }
  for (const agent of ['a/b', ' good', 'good'])
    await stranger.dataspace.put(recordKey({ scope: { agent }, service: 'own', kind: 'config' }), config)
  await stranger.plant('well', config)
  await seen(reader, 'well')
  const ctx = reader.forAgent('a/b')
  expect(await ctx.listServices()).toEqual([])
  const entry = { url: 'https://example.com/other' }
  const refused = { code: 'usage', message: expect.stringContaining('"a/b"') }
  expect((await ctx.addService({ more: entry })).results).toMatchObject([{ name: 'more', error: refused }])
  for (const work of [() => ctx.updateService('own', entry), () => ctx.assignService('well')])
    expect(await failureOf(work())).toMatchObject(refused)
  expect(await ctx.deleteService('own')).toMatchObject({ status: 'deleted' })
  expect(() => reader.forAgent('a/b'), 'nothing is there any more').toThrowError(/contains/)
  // The agent that may be is the one that is meant by this id.
  expect(reader.forAgent(' good').id).toBe('good')
  await reader.forAgent('good').deleteService('own')
  expect(await reader.forAgent(' good').deleteService('own')).toMatchObject({ status: 'deleted' })
  expect(reader.status().quarantined).toEqual([])
})

test('any other id will do, and no two of them meet', async () => {
  const store = await open()
  const ids = [
    '研究者',
    'store',
    'a:b',
    'a%3Ab',
    'services',
    '*',
    '👩‍🔬'.normalize('NFC').replaceAll('\u200d', ''),
  ]
  for (const id of ids)
    await store.forAgent(id).addService({ [`of ${id}`.replaceAll('/', '')]: { url: 'https://example.com' } })
  expect((await store.listAgents()).map(({ id, services }) => [id, services])).toEqual(
    [...ids].sort().map((id) => [id, [`of ${id}`]]),
  )
  expect(store.forAgent(' e\u0301 ').id).toBe('\u00e9')
})

test('an agent stands in the way of nobody who clears the dataspace', async () => {
  const store = await open()
  await store.forStore().addService({ demo: { url: 'https://example.com' } })
  await store.forAgent('a').addService({ own: { url: 'https://example.com' } })
  await store.forAgent('a').assignService('demo')
  await store.clear()
  await store.forStore().addService({ demo: { url: 'https://example.com' } })
  expect([await store.forAgent('a').listServices(), await store.listAgents()]).toEqual([[], []])
})

test('a closed store has no agents', async () => {
  const store = await open()
  const ctx = store.forAgent('a')
  await store.close()
  for (const reach of [
    store.listAgents(),
    ctx.listServices(),
    ctx.toolStats(),
    ctx.assignService('x'),
    ctx.unassignService('x'),
  ]) {
    expect(await failureOf(reach)).toMatchObject({ code: 'unavailable' })
  }
})

test('the same config in two scopes, listed at the same time, is asked twice and kept twice', async () => {
  const starts = `${scratch()}/starts`
  const store = await open()
  const contexts = [store.forStore(), store.forAgent('a')]
  for (const ctx of contexts) await ctx.addService({ demo: server({ startFile: starts }) })
  await Promise.all(contexts.map((ctx) => ctx.listTools()))
  const again = await Promise.all(contexts.map((ctx) => ctx.listTools()))
  expect(again.map(({ services }) => services[0]!.source)).toEqual(['cache', 'cache'])
  expect(linesOf(starts)).toBe(2)
})

test('what nobody can know of an agent is not taken for nothing', async () => {
  const store = await open({ redis: 'redis://127.0.0.1:1/0', dataspace: 'd', home: scratch() })
  const ctx = store.forAgent('a')
  for (const reach of [
    () => store.listAgents(),
    () => ctx.listServices(),
    () => ctx.listTools(),
    () => ctx.toolStats(),
    () => store.forStore().toolStats('echo'),
    () => ctx.assignService('demo'),
    () => ctx.unassignService('demo'),
    () => ctx.deleteService('demo'),
  ]) {
    expect(await failureOf(reach())).toMatchObject({ code: 'unavailable' })
  }
  await store.forStore().addService({ demo: { url: 'https://example.com' } })
  expect(await ctx.assignService('demo')).toMatchObject({ status: 'assigned', durable: 'local' })
})

test('a server of an agent ends when somebody else changes its config, and no other of its name does', async () => {
  const [startA, startStore] = [`${scratch()}/a`, `${scratch()}/store`]
  const place = sharedPlace()
  const [reader, other] = [await place.reader(), await place.reader()]
  await reader.forAgent('a').addService({ demo: server({ startFile: startA }) })
  await reader.forStore().addService({ demo: server({ startFile: startStore }) })
  for (const ctx of [reader.forStore(), reader.forAgent('a')]) await ctx.waitService('demo')
  await seen(other, 'demo')
  await expect.poll(() => other.listAgents().then((all) => all.length)).toBe(1)
  await other.forAgent('a').updateService('demo', { url: 'http://127.0.0.1:1/' })
  const phase = async (ctx: ReturnType<typeof reader.forStore>) => (await ctx.serviceInfo('demo')).facts.phase
  await expect.poll(() => phase(reader.forAgent('a'))).toBe('idle')
  expect(await phase(reader.forStore())).toBe('connected')
  expect([linesOf(startA), linesOf(startStore)]).toEqual([1, 1])
})
