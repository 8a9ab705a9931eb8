import { expect, test, vi } from 'vitest'
import { ListServer } from '../../../tests/support/list-server.ts'
import { later, until } from './connections-fixtures.ts'
import { failureOf } from './stores.ts'
import { type Reader, seen, sharedPlace } from './strangers.ts'

const tools = async (store: Reader, options: object = {}) =>
  Array.from(await store.forStore().listTools('demo', options), ({ tool }) => tool)

/** Several stores of one dataspace, as processes have them, and one service in it. */
async function scene(...options: object[]) {
  const server = await new ListServer().start()
  later(() => server[Symbol.asyncDispose]())
  const service = server.service('demo')
  const place = sharedPlace()
  const stores = await Promise.all(options.map((own) => place.reader({ trust: 'dataspace', ...own })))
  const ctx = stores[0]!.forStore()
  await ctx.addService({ demo: { url: service.url } })
  for (const store of stores) await seen(store, 'demo')
  return { place, server, service, stores: stores as [Reader, Reader], ctx }
}

const knows = (store: Reader, count: number | null) =>
  seen(store, 'demo', ({ toolCount }) => toolCount === count)

test('a list that was fetched with the tokens of a host is for that host alone', async () => {
  const signedIn = { auth: () => ({ tokens: () => ({ access_token: 'alice' }) }) }
  const { service, stores, place } = await scene(signedIn, {})
  const [alice, nobody] = stores
  service.answer = () => (service.credentials.at(-1) ? ['hers', 'all'] : ['all'])
  expect(await tools(alice)).toEqual(['hers', 'all'])
  expect((await alice.forStore().listTools()).services[0]).toMatchObject({ source: 'private' })
  expect(JSON.stringify([...place.tables.records])).not.toContain('hers')
  expect(await tools(nobody)).toEqual(['all'])
  await knows(nobody, 1)
  expect(await tools(alice)).toEqual(['hers', 'all'])
  expect(service.credentials).toEqual(['Bearer alice', undefined])
})

test('unless its server says that it is for everybody', async () => {
  const signedIn = { auth: () => ({ tokens: () => ({ access_token: 'alice' }) }) }
  const { service, stores } = await scene(signedIn, {})
  service.cacheScope = 'public'
  await tools(stores[0])
  await knows(stores[1], 1)
  expect((await stores[1].forStore().listTools()).services[0]).toMatchObject({ source: 'cache' })
  expect(service.asked).toBe(1)
})

test('a list without tools is served for ten seconds, and then no more', async () => {
  const { service, stores } = await scene({ refreshBehind: false })
  service.answer = (asked) => (asked === 1 ? [] : ['late'])
  expect(await tools(stores[0])).toEqual([])
  expect(await tools(stores[0])).toEqual([])
  expect(service.asked).toBe(1)
  const now = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => now + 11_000)
  try {
    expect(await tools(stores[0])).toEqual(['late'])
    vi.spyOn(Date, 'now').mockImplementation(() => now + 60_000)
    await tools(stores[0])
  } finally {
    vi.restoreAllMocks()
  }
  expect(service.asked).toBe(2)
})

test('a list of which a page failed is none: the one before it stays, and nobody gets a part', async () => {
  const { service, stores } = await scene({}, {})
  Object.assign(service, { pages: 2, answer: (_: number, page: number) => [`page-${page}`] })
  expect(await tools(stores[0])).toEqual(['page-0', 'page-1'])
  service.answer = (_, page) => (page === 0 ? ['new'] : { error: 'no second page' })
  expect(await failureOf(tools(stores[0], { fresh: true }))).toMatchObject({ code: 'server_error' })
  expect(await tools(stores[0])).toEqual(['page-0', 'page-1'])
  await knows(stores[1], 2)
  expect(await tools(stores[1])).toEqual(['page-0', 'page-1'])
})

test('what outdates a list outdates it for every process, also where asking anew fails', async () => {
  const { service, stores } = await scene({ refreshBehind: false }, { refreshBehind: false })
  const [first, second] = stores
  expect(await tools(first)).toEqual(['tool-of-demo'])
  await knows(second, 1)
  await first.forStore().disconnectService('demo')
  service.version = '2'
  service.answer = () => ({ error: 'out of order' })
  // It connects, sees another version, and asks nothing.
  await first.forStore().connectService('demo')
  await until(async () => (await second.forStore().serviceInfo('demo')).facts.tools === 'stale')
  const { services, length } = await second.forStore().listTools()
  expect([length, services[0]]).toEqual([
    1,
    expect.objectContaining({ stale: true, error: expect.objectContaining({ code: 'server_error' }) }),
  ])
})

test('a private list that is asked for anew is out of date everywhere', async () => {
  const { service, stores } = await scene({ refreshBehind: false }, { refreshBehind: false })
  Object.assign(service, { cacheScope: 'private', answer: (asked: number) => [`tool-${asked}`] })
  const [first, second] = stores
  expect([await tools(first), await tools(second)]).toEqual([['tool-1'], ['tool-2']])
  expect([await tools(first), await tools(second)]).toEqual([['tool-1'], ['tool-2']])
  expect(await tools(first, { fresh: true })).toEqual(['tool-3'])
  await until(async () => (await second.forStore().serviceInfo('demo')).facts.tools === 'stale')
  expect(await tools(second)).toEqual(['tool-4'])
  expect(await tools(first)).toEqual(['tool-3'])
})

test.each(['here', 'elsewhere'])(
  'a service that is removed %s ends the asking for its tools at once',
  async (where) => {
    const { server, service, stores } = await scene({}, {})
    service.answer = () => 'nothing'
    const [first, second] = stores
    const asking = failureOf(tools(first, { timeout: 600_000 }))
    await server.asked('demo', 1)
    await (where === 'here' ? first : second).forStore().deleteService('demo')
    expect(await asking).toMatchObject({
      code: 'unknown_service',
      message: expect.stringContaining('removed'),
    })
    await until(() => service.abandoned === 1)
  },
)
