import { type Backend, Dataspace, memoryBackend } from '@mcpstore/storage'
import { afterEach, expect, test, vi } from 'vitest'
import { type ListAnswer, ListServer, later as promised } from '../../../tests/support/list-server.ts'
import { hasRedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { ServiceNews } from '../src/events/service-news.ts'
import { RefreshLeases } from '../src/tools/lists/refresh-lease.ts'
import { later, until } from './connections-fixtures.ts'
import { failureOf, open } from './stores.ts'
import { type Reader, readerOf, seen, sharedPlace } from './strangers.ts'

const tools = async (store: Reader, options: object = {}) =>
  Array.from(await store.forStore().listTools('demo', options), ({ tool }) => tool)

afterEach(() => vi.restoreAllMocks())

/** Stores of one dataspace, as processes have them, with one service; and how often one was refused a lease. */
async function scene(count: number, options: object = {}) {
  const server = await new ListServer().start()
  later(() => server[Symbol.asyncDispose]())
  const service = server.service('demo')
  const place = sharedPlace()
  const stores = await Promise.all(
    Array.from({ length: count }, () => place.reader({ trust: 'dataspace', ...options })),
  )
  await stores[0]!.forStore().addService({ demo: { url: service.url } })
  for (const store of stores) await seen(store, 'demo')
  const lease = vi.spyOn(Dataspace.prototype, 'lease')
  const refused = async (times: number) =>
    until(async () => {
      const answers = await Promise.all(lease.mock.results.map(({ value }) => value as Promise<object>))
      return answers.filter((answer) => 'busyMs' in answer).length >= times
    })
  return { place, server, service, stores, refused }
}

/** The first asks, the others wait for it. */
async function waiting({ server, stores, refused }: Awaited<ReturnType<typeof scene>>, options: object = {}) {
  const first = tools(stores[0]!, options)
  await server.asked('demo', 1)
  const others = stores.slice(1).map((store) => tools(store, options))
  await refused(others.length)
  return [first, ...others]
}

test('one asks, the others get its list', async () => {
  const all = await scene(5)
  const answer = promised<ListAnswer>()
  all.service.answer = () => answer.promise
  const lists = await waiting(all)
  answer.resolve(['a'])
  expect(await Promise.all(lists)).toEqual(lists.map(() => ['a']))
  expect(all.service.asked).toBe(1)
})

test('what one failed with the others are told, and none asks again', async () => {
  const all = await scene(5)
  const answer = promised<ListAnswer>()
  all.service.answer = () => answer.promise
  const failures = (await waiting(all)).map(failureOf)
  answer.resolve({ error: 'out of order' })
  for (const failure of await Promise.all(failures)) {
    expect(failure).toMatchObject({ code: 'server_error', message: expect.stringContaining('out of order') })
  }
  expect(all.service.asked).toBe(1)
  // It is asked again by whoever comes later.
  all.service.answer = () => ['a']
  expect(await tools(all.stores[4]!)).toEqual(['a'])
})

test('a list that is for nobody else is asked for by each, and from then on without waiting', async () => {
  const all = await scene(3)
  const answer = promised<ListAnswer>()
  Object.assign(all.service, {
    cacheScope: 'private',
    answer: (asked: number) => (asked === 1 ? answer.promise : ['a']),
  })
  const lists = await waiting(all)
  answer.resolve(['a'])
  await Promise.all(lists)
  expect(all.service.asked).toBe(3)
})

test('a list that was asked for before the call began is not fresh', async () => {
  const all = await scene(2)
  const [first, second] = all.stores as [Reader, Reader]
  const answer = promised<ListAnswer>()
  all.service.answer = (asked) => (asked === 1 ? answer.promise : [`a${asked}`])
  const early = tools(first)
  await all.server.asked('demo', 1)
  const [here, elsewhere] = [tools(first, { fresh: true }), tools(second, { fresh: true })]
  await all.refused(1)
  answer.resolve(['a1'])
  expect(await early).toEqual(['a1'])
  expect(await here).not.toEqual(['a1'])
  expect(await elsewhere).not.toEqual(['a1'])
  expect(all.service.asked).toBeLessThanOrEqual(3)
})

test('lists that are asked for at once in one process are one, fresh or not', async () => {
  const all = await scene(1)
  const [store] = all.stores as [Reader]
  await Promise.all([tools(store), tools(store), tools(store)])
  expect(all.service.asked).toBe(1)
  await Promise.all([tools(store, { fresh: true }), tools(store, { fresh: true })])
  expect(all.service.asked).toBe(2)
})

test('who closes while he waits is not kept', async () => {
  const all = await scene(2)
  all.service.answer = () => 'nothing'
  const [first, second] = (await waiting(all, { timeout: 600_000 })).map(failureOf)
  await all.stores[1]!.close()
  expect(await second).toMatchObject({ code: 'unavailable' })
  await all.stores[0]!.close()
  expect(await first).toMatchObject({ code: 'unavailable' })
})

test('who does not let go keeps nobody: it is replaced when its lease is over, or when time runs out', async () => {
  const all = await scene(1)
  const [store] = all.stores as [Reader]
  const lease = vi.spyOn(Dataspace.prototype, 'lease')
  lease.mockResolvedValueOnce({ granted: false, busyMs: 50 })
  expect(await tools(store)).toEqual(['tool-of-demo'])
  expect(lease).toHaveBeenCalledTimes(2)
  lease.mockResolvedValue({ granted: false, busyMs: 600_000 })
  all.service.answer = () => ['b']
  expect(await tools(store, { fresh: true, timeout: 1000 })).toEqual(['b'])
  expect(all.service.asked).toBe(2)
})

test.skipIf(!hasRedisServer).each([
  ['of its own run', 'auto', 0],
  ['of a name', 'named', 1],
])('a dataspace %s has this many leases while a list is asked for', async (_, dataspace, leases) => {
  const redis = await startRedis()
  later(() => redis.stop())
  const server = await new ListServer().start()
  later(() => server[Symbol.asyncDispose]())
  const answer = promised<ListAnswer>()
  const { url } = server.service('demo', { answer: () => answer.promise })
  const store = await open({ redis: redis.url, dataspace, mirror: false })
  await store.forStore().addService({ demo: { url } })
  const list = store.forStore().listTools('demo')
  await server.asked('demo', 1)
  expect(await redis.command('KEYS', '*:lease:*')).toHaveLength(leases)
  answer.resolve(['a'])
  expect(await list).toHaveLength(1)
})

test('a list of which word has not come yet is not asked for again', async () => {
  const { place, service, stores } = await scene(1)
  const backend = {
    ...memoryBackend({ tables: place.tables }),
    kind: 'redis' as const,
    onHint: () => () => {},
  }
  const deaf = await new Dataspace({ backend, namespace: 'shared', dataspace: 'w1' }).open()
  later(() => deaf.close())
  const late = readerOf(deaf, { trust: 'dataspace' })
  await tools(stores[0]!)
  expect((await late.forStore().serviceInfo('demo')).toolCount).toBeNull()
  expect(await tools(late)).toEqual(['tool-of-demo'])
  expect(service.asked).toBe(1)
})

test('of a file that others wrote to until the lease was granted, what they wrote was not read before', async () => {
  const { place, service, stores } = await scene(1)
  const inMemory = memoryBackend({ tables: place.tables })
  let isLocked = true
  const backend: Backend = {
    ...inMemory,
    kind: 'sqlite',
    onHint: () => () => {},
    lease: async (...asked) => {
      // Whoever wrote has time enough for a list.
      if (isLocked) await tools(stores[0]!)
      isLocked = false
      return inMemory.lease(...asked)
    },
  }
  const deaf = await new Dataspace({ backend, namespace: 'shared', dataspace: 'w1' }).open()
  later(() => deaf.close())
  expect(await tools(readerOf(deaf, { trust: 'dataspace' }))).toEqual(['tool-of-demo'])
  expect(service.asked).toBe(1)
})

test('a lease is renewed while its holder asks, and not for ever', async () => {
  vi.useFakeTimers()
  try {
    const lease = vi.fn(async () => ({ granted: true as const, release: async () => {} }))
    const dataspace = {
      now: () => Date.now(),
      lease,
      get: () => undefined,
      head: () => undefined,
      load: async () => {},
      status: () => ({ state: 'down' }),
    } as unknown as Dataspace
    const leases = new RefreshLeases({ dataspace, news: new ServiceNews(dataspace), behind: () => {} })
    const service = { id: 'services:demo:config', name: 'demo', scope: 'store', stamp: '' } as never
    const bounds = { timeoutMs: 600_000, signal: new AbortController().signal }
    const ask = () => new Promise<never>(() => {})
    void leases.once({ service, fingerprint: 'f', bounds, come: () => undefined, ask })
    await vi.advanceTimersByTimeAsync(4000)
    expect(lease.mock.calls.length).toBeGreaterThan(1)
    await vi.advanceTimersByTimeAsync(20_000)
    const { length } = lease.mock.calls
    await vi.advanceTimersByTimeAsync(60_000)
    expect(lease).toHaveBeenCalledTimes(length)
    for (const [name] of lease.mock.calls as unknown as [string][])
      expect(name).toMatch(/^refresh-[0-9a-f]{32}$/)
  } finally {
    vi.useRealTimers()
  }
})

test('who waits is told at once that a list was confirmed, also one that will not do', async () => {
  vi.useFakeTimers()
  try {
    const stamp = (at: number) => `${at}`
    let mark: object | undefined
    const lease = vi
      .fn()
      .mockResolvedValueOnce({ granted: false, busyMs: 5000 })
      .mockResolvedValue({ granted: true, release: async () => {} })
    const dataspace = {
      now: () => Date.now(),
      lease,
      get: (key: string) => (key.endsWith(':outdated') ? mark : undefined),
      head: () => ({ stamp: stamp(1) }),
      load: async () => {},
      watch: () => () => {},
      status: () => ({ state: 'down' }),
    } as unknown as Dataspace
    const news = new ServiceNews(dataspace)
    const leases = new RefreshLeases({ dataspace, news, behind: () => {} })
    const service = { id: 'services:demo:config', name: 'demo', scope: 'store', stamp: '' } as never
    const bounds = { timeoutMs: 600_000, signal: new AbortController().signal }
    const ask = () => new Promise<never>(() => {})
    void leases.once({ service, fingerprint: 'f', bounds, come: () => undefined, ask })
    await vi.advanceTimersByTimeAsync(100)
    news.tell('services:demo:config')
    await vi.advanceTimersByTimeAsync(100)
    expect(lease).toHaveBeenCalledTimes(1)
    mark = { stamp: stamp(2), value: { list: stamp(1), at: new Date().toISOString() } }
    news.tell('services:demo:config')
    await vi.advanceTimersByTimeAsync(100)
    expect(lease).toHaveBeenCalledTimes(2)
  } finally {
    vi.useRealTimers()
  }
})
