import { expect, test, vi } from 'vitest'
import { remoteConfig, startModern, until } from './connections-fixtures.ts'
import { open, scratch } from './stores.ts'
import { sharedPlace } from './strangers.ts'

const DAY_MS = 24 * 60 * 60_000

/** A shared dataspace with one service, the store of its owner, and what others find of its list. */
async function shared(settings: object) {
  const remote = await startModern({ listen: false, ...settings })
  const place = sharedPlace()
  const store = await place.reader()
  await store.forStore().addService({ demo: remoteConfig(remote.url) })
  const records = () => JSON.stringify([...place.tables.records])
  const lists = async () => (await remote.seen()).log.filter(({ rpc }) => rpc === 'tools/list').length
  return { place, store, records, lists }
}

test('a private list is kept by the process that asked, which says so, and reaches no shared backend', async () => {
  const { place, store, records, lists } = await shared({ cacheScope: 'private', ttlMs: 60_000 })
  const ctx = store.forStore()
  expect((await ctx.listTools()).services[0]).toMatchObject({ source: 'live', stale: false })
  expect((await ctx.listTools()).services[0]).toMatchObject({ source: 'private', stale: false })
  expect((await ctx.serviceInfo('demo')).toolCount).toBeGreaterThan(5)
  expect(await lists()).toBe(1)
  const other = (await place.reader({ allowPrivateAddresses: true })).forStore()
  expect((await other.serviceInfo('demo')).toolCount).toBeNull()
  expect((await other.listTools()).services[0]!.source).toBe('live')
  expect(await lists()).toBe(2)
  await until(() => records().includes('state'))
  expect(records()).not.toContain('does echo')
})

test('a list that is public, or says nothing, is shared', async () => {
  for (const settings of [{ cacheScope: 'public' }, {}]) {
    const { place, store, lists } = await shared(settings)
    await store.forStore().listTools()
    const other = (await place.reader({ allowPrivateAddresses: true })).forStore()
    await until(async () => (await other.serviceInfo('demo')).toolCount !== null)
    expect((await other.listTools()).services[0]!.source).toBe('cache')
    expect(await lists()).toBe(1)
  }
})

test('a private list is kept in a file of its user, which nobody else reads', async () => {
  const remote = await startModern({ cacheScope: 'private', ttlMs: 60_000 })
  const local = `${scratch()}/a.db`
  const first = await open({ local })
  await first.forStore().addService({ demo: remoteConfig(remote.url) })
  await first.forStore().listTools()
  await first.close()
  expect((await (await open({ local })).forStore().listTools()).services[0]!.source).toBe('cache')
})

test.each([
  ['what its server says', { ttlMs: 5000 }, 5000],
  ['a day at most', { ttlMs: 90 * DAY_MS }, DAY_MS],
  ['as the store has it, where its server says nothing', {}, 300_000],
  ['not at all, where its server says so', { ttlMs: 0 }, 0],
])('a list is fresh for %s', async (_, settings, ms) => {
  const remote = await startModern({ listen: false, ...settings })
  const ctx = (await open({ refreshBehind: false })).forStore()
  await ctx.addService({ demo: remoteConfig(remote.url) })
  await ctx.listTools()
  const now = Date.now()
  const staleAfter = async (passed: number) => {
    vi.spyOn(Date, 'now').mockImplementation(() => now + passed)
    const [source] = (await ctx.listTools()).services
    vi.restoreAllMocks()
    return source!.stale
  }
  if (ms > 0) expect(await staleAfter(ms - 1000)).toBe(false)
  expect(await staleAfter(ms + 1000)).toBe(true)
})

test('a private list is told of like any other', async () => {
  const { store } = await shared({ cacheScope: 'private', ttlMs: 60_000 })
  const told: unknown[] = []
  store.events.on('toolsChanged', (event) => told.push(event))
  const isOk = new Promise<void>((resolve) => {
    store.events.on('statusChanged', ({ status }) => status === 'ok' && resolve())
  })
  await store.forStore().connectService('demo')
  await isOk
  const { length } = await store.forStore().listTools()
  await until(() => told.length > 0)
  expect(told).toEqual([{ service: 'demo', scope: 'store', toolCount: length }])
})

test.each(['removed', 'cleared'])('a private list goes with its service (%s)', async (how) => {
  const { store, lists } = await shared({ cacheScope: 'private', ttlMs: 60_000 })
  const ctx = store.forStore()
  await ctx.listTools()
  const { config } = await ctx.serviceInfo('demo')
  if (how === 'removed') await ctx.deleteService('demo')
  else await store.clear()
  await ctx.addService({ demo: config })
  expect((await ctx.serviceInfo('demo')).toolCount).toBeNull()
  expect((await ctx.listTools()).services[0]!.source).toBe('live')
  expect(await lists()).toBe(2)
})
