import { recordKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import type { Store } from '../src/index.ts'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'
import { sharedPlace } from './strangers.ts'

const REMOTE = { url: 'https://example.com/mcp' }

async function storeWith(services: object): Promise<Store> {
  const store = await open()
  await store.forStore().addService(services as never)
  return store
}

const names = (listed: readonly { name: string }[]) => listed.map(({ name }) => name)

test('an agent uses the services that are assigned to it, on the connection that all share', async () => {
  const starts = `${scratch()}/starts`
  const store = await storeWith({ demo: server({ startFile: starts }), other: REMOTE })
  const ctx = store.forAgent('a')
  expect(await ctx.listServices()).toEqual([])
  expect(await ctx.assignService('demo')).toEqual({
    agent: 'a',
    service: 'demo',
    status: 'assigned',
    durable: 'memory',
  })
  expect(await ctx.listServices()).toMatchObject([
    { name: 'demo', scope: 'store', assigned: { allow: ['*'], deny: [] } },
  ])
  await store.forStore().useTool('demo/echo', { text: 'x' })
  expect((await ctx.useTool('echo', { text: 'y' })).content).toEqual([{ type: 'text', text: 'y' }])
  expect(linesOf(starts)).toBe(1)
  expect(await failureOf(ctx.serviceInfo('other'))).toMatchObject({ code: 'unknown_service' })
  expect(await store.forAgent('b').listServices()).toEqual([])
  expect(await store.listAgents()).toEqual([
    { id: 'a', services: [], assigned: [{ name: 'demo', allow: ['*'], deny: [] }] },
  ])
})

test('what is taken away is gone at once; what was never there is said', async () => {
  const store = await storeWith({ demo: REMOTE, other: REMOTE })
  const ctx = store.forAgent('a')
  await ctx.assignService('demo')
  await ctx.assignService('other')
  expect(await ctx.unassignService('demo')).toMatchObject({ service: 'demo', status: 'unassigned' })
  expect(names(await ctx.listServices())).toEqual(['other'])
  expect(await failureOf(ctx.unassignService('demo'))).toMatchObject({
    code: 'unknown_service',
    message: 'service "demo" is not assigned to agent "a"',
    hint: 'Assigned to it: other.',
  })
  await ctx.unassignService('other')
  expect(await store.listAgents()).toEqual([])
})

test('only a service of the store can be assigned', async () => {
  const store = await storeWith({ weather: REMOTE })
  await store.forAgent('b').addService({ notes: REMOTE })
  expect(await failureOf(store.forAgent('a').assignService('wether'))).toMatchObject({
    code: 'unknown_service',
    hint: 'Did you mean weather?',
  })
  expect(await failureOf(store.forAgent('a').assignService('notes'))).toMatchObject({
    code: 'unknown_service',
  })
})

test.each([
  [{ allow: 'echo' }],
  [{ deny: [''] }],
  [{ deny: [7] }],
  [{ allow: Array.from({ length: 101 }, () => '*') }],
  [{ alow: ['echo'] }],
])('%j is refused, and nothing is assigned', async (options) => {
  const store = await storeWith({ demo: REMOTE })
  const ctx = store.forAgent('a')
  expect(await failureOf(ctx.assignService('demo', options as never))).toMatchObject({ code: 'usage' })
  expect(await store.listAgents()).toEqual([])
})

test('an agent has the tools that are allowed and not denied, wherever it looks', async () => {
  const store = await storeWith({ demo: server() })
  const ctx = store.forAgent('a')
  const tools = async (allow: string[] | undefined, deny: string[]) => {
    await ctx.assignService('demo', { ...(allow && { allow }), deny })
    return (await ctx.listTools()).map(({ tool }) => tool)
  }
  const all = (await store.forStore().listTools()).map(({ tool }) => tool)
  expect(all.length).toBeGreaterThan(5)
  expect(await tools(undefined, [])).toEqual(all)
  expect(await tools(['e*', 'ri?h'], ['env'])).toEqual(['echo', 'rich'])
  expect(await tools(['*'], ['*'])).toEqual([])
  expect(await tools(undefined, ['e*'])).toEqual(all.filter((tool) => !tool.startsWith('e')))
  expect(await tools(['echo'], ['ECHO'])).toEqual(['echo'])
  const { toolCount, assigned } = await ctx.serviceInfo('demo')
  expect([toolCount, assigned]).toEqual([1, { allow: ['echo'], deny: ['ECHO'] }])
  expect((await ctx.listTools('demo', { fresh: true })).map(({ tool }) => tool)).toEqual(['echo'])
  expect((await store.forStore().listTools()).map(({ tool }) => tool)).toEqual(all)
})

test('a list of what is allowed that had come out empty allowed every tool', async () => {
  const store = await storeWith({ demo: server() })
  const ctx = store.forAgent('a')
  expect(await ctx.assignService('demo', { allow: [] })).not.toHaveProperty('warnings')
  await store.forStore().listTools()
  expect(await ctx.listTools()).toHaveLength(0)
  expect(await failureOf(ctx.useTool('demo/echo'))).toMatchObject({ code: 'unknown_tool' })
  // What is told of an assignment is what can be given for one.
  const [told] = (await store.listAgents())[0]!.assigned
  await store.forAgent('b').assignService('demo', { allow: told!.allow })
  expect(await store.forAgent('b').listTools()).toHaveLength(0)
})

test('a tool that is withheld is no tool of the agent, and nothing is started to find out', async () => {
  const folder = scratch()
  const [starts, count] = [`${folder}/starts`, `${folder}/count`]
  const store = await storeWith({ demo: server({ startFile: starts, countFile: count }) })
  const ctx = store.forAgent('a')
  await ctx.assignService('demo', { deny: ['echo'] })
  const expected = {
    code: 'unknown_tool',
    message: 'agent "a" may not use tool "demo/echo"',
    hint: expect.stringContaining('mcpstore assign'),
  }
  expect(await failureOf(ctx.useTool('demo/echo', { text: 'x' }))).toMatchObject(expected)
  expect(await failureOf(ctx.findTool('demo/echo'))).toMatchObject(expected)
  expect(linesOf(starts)).toBe(0)
  await ctx.listTools()
  for (const address of ['echo', 'demo_echo', 'demo__echo', 'demo/echo']) {
    expect(await failureOf(ctx.useTool(address, { text: 'x' }))).toMatchObject(expected)
  }
  expect(await failureOf(ctx.useTool('ehco'))).toMatchObject({
    hint: expect.not.stringContaining('demo/echo'),
  })
  expect(linesOf(count)).toBe(0)
})

test('a raw name means the one tool of this name that the agent may use', async () => {
  const store = await storeWith({ first: server(), second: server() })
  const ctx = store.forAgent('a')
  await ctx.assignService('first')
  await ctx.assignService('second', { deny: ['echo'] })
  expect((await ctx.findTool('echo')).name).toBe('first/echo')
  expect(await failureOf(ctx.findTool('rich'))).toMatchObject({ code: 'ambiguous_tool' })
})

test('the last word on globs counts, and the same word changes nothing', async () => {
  const store = await storeWith({ demo: REMOTE })
  const ctx = store.forAgent('a')
  const assign = async (options: object) => (await ctx.assignService('demo', options)).status
  expect([
    await assign({ allow: ['a'] }),
    await assign({ allow: ['a'] }),
    await assign({ deny: ['b'] }),
    await assign({}),
  ]).toEqual(['assigned', 'unchanged', 'updated', 'updated'])
  expect((await store.listAgents())[0]!.assigned).toEqual([{ name: 'demo', allow: ['*'], deny: [] }])
})

test('of an own service and an assigned one of the same name the own one counts', async () => {
  const store = await storeWith({ demo: REMOTE })
  const ctx = store.forAgent('a')
  await ctx.assignService('demo')
  await ctx.addService({ demo: { url: 'https://own.example.com' } })
  expect(await ctx.listServices()).toMatchObject([{ name: 'demo', scope: { agent: 'a' } }])
  expect(await failureOf(ctx.assignService('demo'))).toMatchObject({
    code: 'already_exists',
    message: 'agent "a" has a service "demo" of its own',
  })
  await ctx.deleteService('demo')
  expect(await ctx.listServices()).toMatchObject([{ name: 'demo', scope: 'store' }])
})

test('what is assigned is not the agent’s to change', async () => {
  const store = await storeWith({ demo: REMOTE })
  const ctx = store.forAgent('a')
  await ctx.assignService('demo')
  for (const change of [
    ctx.updateService('demo', { url: 'https://evil.example.com' }),
    ctx.patchService('demo', { url: 'https://evil.example.com' }),
    ctx.deleteService('demo'),
  ]) {
    expect(await failureOf(change)).toMatchObject({
      code: 'unknown_service',
      message: 'agent "a" has no service "demo" of its own',
      hint: expect.stringContaining('unassign'),
    })
  }
  expect((await store.forStore().serviceInfo('demo')).config).toMatchObject(REMOTE)
})

test('an assignment outlives changes to its service', async () => {
  const store = await storeWith({ demo: REMOTE })
  const ctx = store.forAgent('a')
  await ctx.assignService('demo', { allow: ['echo'] })
  await store.forStore().patchService('demo', { description: 'new' })
  await store.forStore().updateService('demo', { url: 'https://example.com/other' })
  await store.forStore().addService({ demo: { url: 'https://example.com/third' } })
  expect(await ctx.listServices()).toMatchObject([{ name: 'demo', assigned: { allow: ['echo'] } }])
})

test.each([[{}], [{ ifAbsent: true }]])(
  'a service that is added again, %j, is assigned to nobody',
  async (options) => {
    const store = await storeWith({ demo: REMOTE })
    const ctx = store.forAgent('a')
    for (let round = 0; round < 3; round++) {
      await ctx.assignService('demo')
      expect(names(await ctx.listServices())).toEqual(['demo'])
      await store.forStore().deleteService('demo')
      expect([await ctx.listServices(), await store.listAgents()]).toEqual([[], []])
      await store.forStore().addService({ demo: REMOTE }, options)
      expect([await ctx.listServices(), await store.listAgents()]).toEqual([[], []])
    }
  },
)

test('an assignment by somebody who has not heard of the removal is for the service that was removed', async () => {
  const place = sharedPlace()
  const [here, stranger] = [await place.reader(), await place.stranger()]
  await here.forStore().addService({ demo: REMOTE })
  await stranger.dataspace.refresh()
  await here.forStore().deleteService('demo')
  await here.forStore().addService({ demo: REMOTE })
  await here.forAgent('b').assignService('demo')
  // Later, but under the life it knew of.
  for (const agent of ['a', 'b']) {
    const key = recordKey({ scope: { agent }, service: 'demo', kind: 'assignment' })
    await stranger.dataspace.put(key, { allow: ['*'], deny: [`from ${agent}`] })
  }
  await stranger.dataspace.flush()
  const there = await place.reader()
  for (const store of [here, there]) {
    await expect
      .poll(() => store.listAgents())
      .toEqual([{ id: 'b', services: [], assigned: [{ name: 'demo', allow: ['*'], deny: [] }] }])
  }
})

test('an assignment that cannot be used is set aside and named, and can be replaced or removed', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  await reader.forStore().addService({ demo: REMOTE })
  const keys = ['a', 'b', 'c'].map((agent) =>
    recordKey({ scope: { agent }, service: 'demo', kind: 'assignment' }),
  )
  const invisible = recordKey({ scope: { agent: 'd\u200b' }, service: 'demo', kind: 'assignment' })
  await stranger.dataspace.put(keys[0]!, { allow: '*', deny: [] })
  await stranger.dataspace.put(keys[1]!, 'all')
  await stranger.dataspace.put(keys[2]!, { allow: ['*'] })
  await stranger.dataspace.put(invisible, { allow: ['*'], deny: [] })
  await expect.poll(() => reader.status().quarantined.map(({ key }) => key)).toEqual([...keys, invisible])
  expect(await reader.listAgents()).toEqual([])
  expect(await failureOf(reader.forAgent('a').serviceInfo('demo'))).toMatchObject({ code: 'unknown_service' })
  await reader.forAgent('a').assignService('demo', { allow: ['echo'] })
  await reader.forAgent('b').unassignService('demo')
  expect(reader.status().quarantined.map(({ key }) => key)).toEqual([keys[2], invisible])
  expect(names((await reader.listAgents()).map(({ id }) => ({ name: id })))).toEqual(['a'])
})

test('a glob of many stars is no trap', async () => {
  const store = await storeWith({ demo: server() })
  const ctx = store.forAgent('a')
  await ctx.assignService('demo', { deny: [`${'*a'.repeat(100)}*b`] })
  const { tools } = { tools: await ctx.listTools() }
  expect(tools.length).toBeGreaterThan(5)
  expect(await failureOf(ctx.useTool(`demo/${'a'.repeat(20_000)}`))).toMatchObject({ code: 'unknown_tool' })
})
