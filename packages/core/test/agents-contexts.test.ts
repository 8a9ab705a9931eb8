import { expect, test } from 'vitest'
import type { StoreEventMap } from '../src/index.ts'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'
import { sharedPlace } from './strangers.ts'

const REMOTE = { url: 'https://example.com/mcp' }

test('resetting an agent removes its services and what is assigned to it, and nothing else', async () => {
  const store = await open()
  const ctx = store.forAgent('a')
  await store.forStore().addService({ shared: REMOTE, other: REMOTE })
  await ctx.addService({ own: REMOTE })
  await store.forAgent('b').addService({ own: REMOTE })
  await ctx.assignService('shared')
  await store.forAgent('b').assignService('shared')
  expect(await ctx.showConfig()).toEqual({ mcpServers: { own: { type: 'http', ...REMOTE } } })
  expect(await failureOf(ctx.resetConfig('shared'))).toMatchObject({ code: 'unknown_service' })
  expect(await ctx.resetConfig()).toMatchObject({ removed: ['own'], unassigned: ['shared'], failed: [] })
  expect((await store.listAgents()).map(({ id }) => id)).toEqual(['b'])
  expect(await store.forStore().resetConfig()).toMatchObject({ removed: ['other', 'shared'] })
  expect(await store.listAgents()).toMatchObject([{ id: 'b', services: ['own'], assigned: [] }])
})

test('an agent waits for, checks, restarts and disconnects the service that it sees', async () => {
  const folder = scratch()
  const [startStore, startOwn] = [`${folder}/store`, `${folder}/own`]
  const store = await open()
  const ctx = store.forAgent('a')
  await store.forStore().addService({ demo: server({ startFile: startStore }), shared: server() })
  await ctx.addService({ demo: server({ startFile: startOwn }) })
  await ctx.assignService('shared')
  expect((await ctx.checkServices()).map(({ name, status }) => [name, status])).toEqual([
    ['demo', 'ok'],
    ['shared', 'ok'],
  ])
  expect([linesOf(startStore), linesOf(startOwn)]).toEqual([0, 1])
  await Promise.all([ctx.restartService('demo'), store.forStore().restartService('demo')])
  expect([linesOf(startStore), linesOf(startOwn)]).toEqual([1, 2])
  await ctx.disconnectService('demo')
  const phase = async (context: typeof ctx | ReturnType<typeof store.forStore>, name: string) =>
    (await context.serviceInfo(name)).facts.phase
  expect([await phase(ctx, 'demo'), await phase(store.forStore(), 'demo')]).toEqual(['idle', 'connected'])
  expect([await phase(ctx, 'shared'), await phase(store.forStore(), 'shared')]).toEqual([
    'connected',
    'connected',
  ])
  expect((await ctx.findService('shar')).name).toBe('shared')
  expect(await failureOf(ctx.disconnectService('nobody'))).toMatchObject({ code: 'unknown_service' })
})

test('a wait of an agent is ended by what another process writes of its service', async () => {
  const place = sharedPlace()
  const [here, there] = [
    await place.reader({ trust: 'dataspace' }),
    await place.reader({ trust: 'dataspace' }),
  ]
  await here.forAgent('a').addService({ demo: server() })
  await expect.poll(() => there.listAgents().then((all) => all.length)).toBe(1)
  const waiting = here.forAgent('a').waitService('demo', { status: 'disabled', timeout: 20_000 })
  await there.forAgent('a').patchService('demo', { disabled: true })
  expect((await waiting).status).toBe('disabled')
})

test('events say whose service they are about', async () => {
  const store = await open()
  await store.forStore().addService({ demo: REMOTE })
  const told: unknown[] = []
  const tell = (name: keyof StoreEventMap) =>
    store.events.on(name, (event) => void told.push([name, (event as { scope: unknown }).scope]))
  for (const name of ['serviceAdded', 'serviceUpdated', 'serviceRemoved'] as const) tell(name)
  const ctx = store.forAgent('a')
  const step = async (work: Promise<unknown>, count: number) => {
    await work
    await expect.poll(() => told.length).toBe(count)
  }
  await step(ctx.addService({ demo: REMOTE }), 1)
  await step(ctx.patchService('demo', { description: 'mine' }), 2)
  await step(ctx.deleteService('demo'), 3)
  await step(store.forStore().deleteService('demo'), 4)
  const scope = { agent: 'a' }
  expect(told).toEqual([
    ['serviceAdded', scope],
    ['serviceUpdated', scope],
    ['serviceRemoved', scope],
    ['serviceRemoved', 'store'],
  ])
})

test('statistics are those of the services and tools that one sees', async () => {
  const store = await open()
  const [a, b] = [store.forAgent('a'), store.forAgent('b')]
  await store.forStore().addService({ shared: server(), hidden: server() })
  await a.addService({ own: server() })
  await b.addService({ own: server() })
  await a.assignService('shared', { deny: ['rich'] })
  for (const tool of ['shared/echo', 'shared/rich', 'hidden/echo'])
    await store.forStore().useTool(tool, { text: 'x' })
  for (const tool of ['shared/echo', 'own/echo']) await a.useTool(tool, { text: 'x' })
  const counts = async (of: typeof a | ReturnType<typeof store.forStore>) =>
    Object.fromEntries((await of.toolStats()).map(({ name, calls }) => [name, calls]))
  expect(await counts(store.forStore())).toEqual({ 'hidden/echo': 1, 'shared/echo': 2, 'shared/rich': 1 })
  expect(await counts(a)).toEqual({ 'own/echo': 1, 'shared/echo': 2 })
  expect(await counts(b)).toEqual({})
})
