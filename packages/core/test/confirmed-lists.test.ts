import type { Dataspace, Entry, Json } from '@mcpstore/storage'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type ListAnswer, ListServer, later as promised } from '../../../tests/support/list-server.ts'
import { join } from '../../../tests/support/member.ts'
import { hasRedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { startProxy } from '../../../tests/support/tcp-proxy.ts'
import { later, until } from './connections-fixtures.ts'
import { type Reader, readerOf, seen, sharedPlace } from './strangers.ts'

const LIST = 'services:demo:cache'
const MARK = 'services:demo:outdated'
const MINUTE = 60_000

const tools = async (store: Reader, options: object = {}) =>
  Array.from(await store.forStore().listTools('demo', options), ({ tool }) => tool)
const info = (store: Reader) => store.forStore().serviceInfo('demo')
const mark = (dataspace: Dataspace) =>
  dataspace.get(MARK) as (Entry & { value: { list: string } }) | undefined

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Several stores of one dataspace with one service, as processes have them; and the dataspaces they look at. */
async function scene({ kind = 'memory', options = [{}, {}] as object[] } = {}) {
  const server = await new ListServer().start()
  later(() => server[Symbol.asyncDispose]())
  const service = server.service('demo')
  const redis = kind === 'Redis' ? await startRedis() : undefined
  if (redis) later(() => redis.stop())
  const place = sharedPlace()
  const enter = async ({ url }: { url?: string } = redis ?? {}) => {
    if (url === undefined) return (await place.stranger()).dataspace
    const { store } = await join({ url }, { namespace: 'shared', dataspace: 'w1' })
    later(() => store.close())
    return store
  }
  const dataspaces: Dataspace[] = []
  const stores: Reader[] = []
  const open = async (own: object = {}, at?: { url: string }) => {
    const dataspace = await enter(at)
    dataspaces.push(dataspace)
    stores.push(readerOf(dataspace, { trust: 'dataspace', refreshBehind: false, ...own }))
    return stores.at(-1)!
  }
  for (const own of options) await open(own)
  await stores[0]!.forStore().addService({ demo: { url: service.url } })
  for (const store of stores) await seen(store, 'demo')
  expect(await tools(stores[0]!)).toEqual(['tool-of-demo'])
  for (const store of stores) await seen(store, 'demo', ({ toolCount }) => toolCount === 1)
  const [a, b] = stores as [Reader, Reader]
  const [ours, theirs] = dataspaces as [Dataspace, Dataspace]
  return { a, b, ours, theirs, open, redis, server, service, list: ours.get(LIST)! }
}

describe.each(['memory', ...(hasRedisServer ? ['Redis'] : [])])('in %s', (kind) => {
  test('a list that is fetched again and is the same is confirmed for everybody, and not sent again', async () => {
    const { a, b, ours, theirs, service, list } = await scene({ kind })
    const told = vi.fn()
    b.events.on('toolsChanged', told)
    const before = (await info(b)).fetchedAt
    await until(() => new Date().toISOString() !== before)
    expect(await tools(a, { fresh: true })).toEqual(['tool-of-demo'])
    const { fetchedAt } = await info(a)
    expect(fetchedAt! > before!).toBe(true)
    await seen(b, 'demo', (known) => known.fetchedAt === fetchedAt && known.facts.tools === 'fresh')
    expect(await b.forStore().listTools('demo')).toMatchObject({
      length: 1,
      services: [{ source: 'cache', stale: false, fetchedAt }],
    })
    for (const dataspace of [ours, theirs]) {
      expect(dataspace.get(LIST)).toEqual(list)
      expect(mark(dataspace)).toMatchObject({ basis: list.basis, value: { list: list.stamp } })
    }
    expect(service.asked).toBe(2)
    // Once more, by who had only heard of it.
    expect(await tools(b, { fresh: true })).toEqual(['tool-of-demo'])
    expect(theirs.get(LIST)).toEqual(list)
    expect(told).not.toHaveBeenCalled()
  })

  test('who waits for it gets it', async () => {
    const { a, b, server, service, ours, list } = await scene({ kind })
    const answer = promised<ListAnswer>()
    service.answer = () => answer.promise
    const lease = vi.spyOn(Object.getPrototypeOf(ours) as Dataspace, 'lease')
    const first = tools(a, { maxAge: 0 })
    await server.asked('demo', 2)
    const second = tools(b, { maxAge: 0 })
    const refused = () => Promise.all(lease.mock.results.map(({ value }) => value as Promise<object>))
    await until(async () => (await refused()).some((one) => 'busyMs' in one))
    answer.resolve(['tool-of-demo'])
    expect(await Promise.all([first, second])).toEqual([['tool-of-demo'], ['tool-of-demo']])
    expect(service.asked).toBe(2)
    expect(ours.get(LIST)).toEqual(list)
  })

  test('what was said of it before no longer counts, and what is said later does', async () => {
    const { a, b, theirs, service, list } = await scene({ kind })
    const says = (by: string) => theirs.put(MARK, { by, at: new Date().toISOString() }, { basis: list.basis })
    const becomes = (facts: string) => seen(a, 'demo', (known) => known.facts.tools === facts)
    await says('list_changed')
    await becomes('stale')
    await tools(a)
    expect(service.asked).toBe(2)
    await becomes('fresh')
    await seen(b, 'demo', (known) => known.facts.tools === 'fresh')
    await says('list_changed')
    await becomes('stale')
    service.answer = () => ['another']
    expect(await tools(a)).toEqual(['another'])
    await until(async () => (await tools(b))[0] === 'another')
    expect(service.asked).toBe(3)
  })

  test('a list that comes late, of who asked before it was confirmed, is never fresh', async () => {
    const { a, b, theirs, service, list } = await scene({ kind })
    const stamp = theirs.tick()
    await tools(a, { fresh: true })
    await until(() => mark(theirs)?.value.list === list.stamp)
    const value = { ...(list.value as object), tools: [{ name: 'late' }] } as Json
    await theirs.put(LIST, value, { basis: list.basis, stamp })
    for (const store of [a, b]) await seen(store, 'demo', (known) => known.facts.tools === 'stale')
    expect(await tools(b)).toEqual(['tool-of-demo'])
    expect(service.asked).toBe(3)
    await until(async () => (await tools(a))[0] === 'tool-of-demo')
  })
})

test('its time begins when it was confirmed, and ends', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { a, b, service } = await scene()
  const start = Date.now()
  const after = async (minutes: number) => {
    vi.setSystemTime(start + minutes * MINUTE)
    return (await b.forStore().listTools('demo')).services[0]
  }
  expect(await after(4)).toMatchObject({ stale: false, age: 4 * MINUTE })
  await tools(a, { fresh: true })
  await seen(b, 'demo', ({ fetchedAt }) => Date.parse(fetchedAt!) === start + 4 * MINUTE)
  expect(await after(8)).toMatchObject({ stale: false, age: 4 * MINUTE })
  expect(await after(9)).toMatchObject({ stale: true, age: 5 * MINUTE })
  expect(service.asked).toBe(2)
})

type Scene = Awaited<ReturnType<typeof scene>>

/** What makes a list another one than the one that is shared. */
const others: [string, (place: Scene) => unknown][] = [
  ['its tools', ({ service }) => Object.assign(service, { answer: () => ['another'] })],
  [
    'the version of its server',
    async ({ a, service }) => {
      await a.forStore().disconnectService('demo')
      service.version = '2'
    },
  ],
  ['the config it was fetched with', ({ a }) => a.forStore().patchService('demo', { description: 'other' })],
  [
    'what is stored as its tools',
    ({ ours, list }) => {
      const value = { ...(list.value as object), tools: [{ name: 'planted' }] } as Json
      return ours.put(LIST, value, { basis: list.basis, head: ours.head(LIST)!.head! })
    },
  ],
  [
    'what is stored as its head',
    ({ ours, list }) => {
      const head = { ...(ours.head(LIST)!.head as object), names: ['planted'] } as Json
      const value = { ...(list.value as object), planted: true } as Json
      return ours
        .put(LIST, value, { basis: list.basis })
        .then(() => ours.put(LIST, list.value, { basis: list.basis, head }))
    },
  ],
  [
    'when it was written, a day ago',
    () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24 * 60 * MINUTE }),
  ],
  [
    'the clock it was written by, which is ahead',
    ({ ours, list }) => {
      const fetchedAt = new Date(Date.now() + MINUTE).toISOString()
      const head = { ...(ours.head(LIST)!.head as object), fetchedAt } as Json
      return ours.put(LIST, { ...(list.value as object), fetchedAt } as Json, { basis: list.basis, head })
    },
  ],
]

test.each(others)('a list is written whole where %s is another', async (_, change) => {
  const place = await scene()
  const { a, b, ours, service } = place
  await change(place)
  const before = ours.get(LIST)!
  await tools(a, { fresh: true })
  expect(ours.get(LIST)!.stamp > before.stamp).toBe(true)
  const expected = (await service.answer(0, 0)) as string[]
  expect(ours.get(LIST)!.value).toMatchObject({ tools: expected.map((name) => ({ name })) })
  expect(ours.head(LIST)!.head).toMatchObject({ names: expected })
  await seen(b, 'demo', (known) => known.facts.tools === 'fresh')
  expect(await tools(b)).toEqual(expected)
})

test('how long it is fresh is a part of it', async () => {
  const { a, b, ours, list } = await scene({ options: [{}, { toolTtlMs: MINUTE }] })
  await tools(b, { fresh: true })
  await until(() => ours.get(LIST)!.stamp > list.stamp)
  expect(ours.get(LIST)!.value).toMatchObject({ ttlMs: MINUTE })
  expect(await tools(a)).toEqual(['tool-of-demo'])
})

/** What stands where a list is confirmed, and confirms none; the list is `stamp`. */
const planted: [string, (stamp: string) => Json][] = [
  ['names another list', () => ({ by: 'confirmed', list: 'another', at: new Date().toISOString() })],
  ['names no list', () => ({ by: 'confirmed', at: new Date().toISOString() })],
  ['names something else', () => ({ by: 'confirmed', list: 7, at: new Date().toISOString() })],
  ['says no time', (list) => ({ by: 'confirmed', list })],
  ['says what is no time', (list) => ({ by: 'confirmed', list, at: 'Thu Nov 26 2099 (a day)' })],
  ['is a list', (list) => [list]],
  ['is nothing', () => null],
]

test.each(planted)('what %s outdates the list, as any mark does', async (_, value) => {
  const { a, b, theirs, list, service } = await scene()
  const { fetchedAt } = await info(a)
  await theirs.put(MARK, value(list.stamp), { basis: list.basis })
  for (const store of [a, b]) {
    await seen(store, 'demo', (known) => known.facts.tools === 'stale' && known.fetchedAt === fetchedAt)
  }
  // And keeps nobody from finding out.
  expect(await tools(a)).toEqual(['tool-of-demo'])
  for (const store of [a, b]) await seen(store, 'demo', ({ facts }) => facts.tools === 'fresh')
  expect(service.asked).toBe(2)
})

test('nobody has confirmed a list in the future', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { a, b, theirs, list, service } = await scene()
  const { fetchedAt } = await info(a)
  vi.setSystemTime(Date.now() + 6 * MINUTE)
  const at = new Date(Date.now() + 2 * MINUTE).toISOString()
  await theirs.put(MARK, { by: 'confirmed', list: list.stamp, at }, { basis: list.basis })
  await until(() => mark(theirs)?.value.list === list.stamp)
  for (const store of [a, b]) {
    expect(await info(store)).toMatchObject({ fetchedAt, facts: { tools: 'stale' } })
    const { services } = await store.forStore().listTools('demo')
    expect(services).toMatchObject([{ stale: true, source: 'cache' }])
  }
  expect(await tools(a, { fresh: true })).toEqual(['tool-of-demo'])
  for (const store of [a, b]) await seen(store, 'demo', ({ facts }) => facts.tools === 'fresh')
  expect(service.asked).toBe(2)
})

test('what confirms a list may come before the list', async () => {
  const { b, theirs, open, list, service } = await scene()
  const other = await open()
  const [stamp, confirming] = [theirs.tick(), theirs.tick()]
  const at = new Date(Date.now() + 1000).toISOString()
  const { basis } = list
  await theirs.put(MARK, { by: 'confirmed', list: stamp, at }, { basis, stamp: confirming })
  for (const store of [b, other]) await seen(store, 'demo', ({ facts }) => facts.tools === 'stale')
  const value = { ...(list.value as object), tools: [{ name: 'come' }] } as Json
  await theirs.put(LIST, value, { basis, stamp })
  for (const store of [b, other]) {
    await seen(store, 'demo', ({ facts, fetchedAt }) => facts.tools === 'fresh' && fetchedAt === at)
    expect(await tools(store)).toEqual(['come'])
  }
  expect(service.asked).toBe(1)
})

test.each(['removed', 'cleared'])(
  'what confirms a list of a service that was %s says nothing of the next one',
  async (how) => {
    const { a, b, theirs, list, service } = await scene()
    await tools(a, { fresh: true })
    await (how === 'removed' ? a.forStore().deleteService('demo') : a.clear())
    await until(() => theirs.get(MARK) === undefined)
    await a.forStore().addService({ demo: { url: service.url } })
    expect(await tools(a)).toEqual(['tool-of-demo'])
    expect(service.asked).toBe(3)
    await seen(b, 'demo', ({ facts }) => facts.tools === 'fresh')
    const { fetchedAt } = await info(b)
    // One that was on its way.
    const at = new Date(Date.now() + 1000).toISOString()
    await theirs.put(MARK, { by: 'confirmed', list: list.stamp, at }, { basis: list.basis })
    expect((await info(b)).fetchedAt).toBe(fetchedAt)
    expect((await info(a)).fetchedAt).toBe(fetchedAt)
  },
)

test('the list of an agent’s own service is confirmed in its scope', async () => {
  const { a, ours, server } = await scene()
  const agent = a.forAgent('worker')
  await agent.addService({ own: { url: server.service('own').url } })
  await agent.listTools('own')
  await agent.listTools('own', { fresh: true })
  const { stamp } = ours.get('agents:worker:services:own:cache')!
  expect(ours.get('agents:worker:services:own:outdated')).toMatchObject({ value: { list: stamp } })
  expect(mark(ours)).toBeUndefined()
})

test('a list that one process has to itself is confirmed by nobody else’s', async () => {
  const signedIn = { auth: () => ({ tokens: () => ({ access_token: 'alice' }) }) }
  const { a: nobody, b: alice, service } = await scene({ options: [{}, signedIn] })
  service.answer = () => [service.credentials.at(-1) ? 'hers' : 'tool-of-demo']
  expect(await tools(alice, { maxAge: 0 })).toEqual(['hers'])
  const { fetchedAt } = await info(alice)
  await tools(nobody, { fresh: true })
  // What she knows may be older than what it was found to be meanwhile.
  await seen(alice, 'demo', ({ facts }) => facts.tools === 'stale')
  expect((await info(alice)).fetchedAt).toBe(fetchedAt)
  expect(await tools(alice)).toEqual(['hers'])
  await seen(alice, 'demo', ({ facts }) => facts.tools === 'fresh')
})

describe.skipIf(!hasRedisServer)('with a Redis', () => {
  test('that is away, what confirms a list waits, and a list that waits is written anew', async () => {
    const { redis, b, theirs, service, open, list } = await scene({ kind: 'Redis' })
    const proxy = await startProxy(redis!.port)
    later(() => proxy[Symbol.asyncDispose]())
    const far = await open({}, proxy)
    expect(await tools(far)).toEqual(['tool-of-demo'])
    const away = async () => {
      await proxy.refuse()
      await until(() => far.status().state === 'down')
    }
    const fetched = async () => {
      const before = (await info(far)).fetchedAt
      await until(() => new Date().toISOString() !== before)
      await tools(far, { fresh: true })
      const { fetchedAt } = await info(far)
      expect(fetchedAt! > before!).toBe(true)
      return fetchedAt
    }
    const arrives = async (toolCount: number, fetchedAt: string | null) => {
      await proxy.pass()
      await seen(b, 'demo', (known) => known.toolCount === toolCount && known.fetchedAt === fetchedAt)
      expect((await info(b)).facts.tools).toBe('fresh')
    }
    await away()
    const confirmedAt = await fetched()
    expect(far.status().pendingWrites).toBeGreaterThan(0)
    await arrives(1, confirmedAt)
    expect(theirs.get(LIST)).toEqual(list)

    await away()
    service.answer = () => ['one', 'two']
    await fetched()
    const latest = await fetched()
    expect((await info(b)).toolCount).toBe(1)
    await arrives(2, latest)
    expect(await tools(b)).toEqual(['one', 'two'])
    // What could not be shown to who looks into Redis then is shown now, and it is confirmed from here on.
    const shown = () => redis!.command('EXISTS', 'shared:w1:tools:one:info')
    expect(await shown()).toBe(0)
    await until(() => far.status().state === 'up')
    await fetched()
    await until(async () => (await shown()) === 1)
    const { stamp } = theirs.get(LIST)!
    await arrives(2, await fetched())
    expect(theirs.get(LIST)!.stamp).toBe(stamp)
    expect(service.asked).toBe(6)
  })

  test('that has lost the list, nobody takes what confirmed it for one', async () => {
    const { a, b, redis, service, open } = await scene({ kind: 'Redis' })
    await tools(a, { fresh: true })
    for (const store of [a, b]) await store.close()
    expect(await redis!.command('DEL', `shared:w1:${LIST}`)).toBe(1)
    expect(await redis!.command('HGET', `shared:w1:${MARK}`, 'v')).toContain('confirmed')
    const next = await open()
    expect((await info(next)).toolCount).toBeNull()
    expect(await tools(next)).toEqual(['tool-of-demo'])
    expect(service.asked).toBe(3)
    expect(await redis!.command('HGET', `shared:w1:${LIST}`, 'v')).toContain('tool-of-demo')
  })
})
