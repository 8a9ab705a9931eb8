import type { Store, StoreOptions } from '@mcpstore/core'
import { describe, expect, it } from 'vitest'
import { ListServer } from '../../../tests/support/list-server.ts'
import { until } from '../../../tests/support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { startProxy, type TcpProxy } from '../../../tests/support/tcp-proxy.ts'
import { failureOf, open } from './stores.ts'

const names = Array.from({ length: 10 }, (_, at) => `s${at}`)
const toolsOf = (service: string) => Array.from({ length: 20 }, (_, at) => `${service}-tool-${at}`)

/** Opens a store of the dataspace as a command does, which reads only what it uses. */
const enter = (url: string, options: StoreOptions = {}) =>
  open({
    redis: { url, namespace: 'n', dataspace: 'd' },
    mirror: false,
    trust: 'dataspace',
    refreshBehind: false,
    ...options,
  })

/** A Redis where somebody has fetched the tools of ten services, a proxy before it, and the server of the services. */
async function scene() {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const server = await new ListServer().start()
  const writer = await enter(redis.url)
  for (const name of names) {
    const { url } = server.service(name, { answer: () => toolsOf(name) })
    await writer.forStore().addService({ name, url })
  }
  await writer.forStore().listTools()
  const dispose = async () => {
    await writer.close()
    await proxy[Symbol.asyncDispose]()
    await redis.stop()
    await server[Symbol.asyncDispose]()
  }
  const asked = () => names.map((name) => server.service(name).asked)
  return { redis, proxy, server, writer, asked, [Symbol.asyncDispose]: dispose }
}

/** The lists that were read through the proxy, by their services. */
const listsRead = ({ commands }: TcpProxy) =>
  commands.flatMap(({ name, args }) =>
    name === 'HMGET' && args.includes('v') ? (/services:(\w+):cache$/.exec(args[0]!)?.slice(1) ?? []) : [],
  )

const away = (store: Store) => until('it is down', () => store.status().state === 'down')
const back = (store: Store) => until('it is up', () => store.status().state === 'up')
const once = names.map(() => 1)

async function withoutHeads(redis: RedisServer): Promise<void> {
  const keys = (await redis.command('KEYS', '*:cache')) as string[]
  expect(keys).toHaveLength(names.length)
  for (const key of keys) expect(await redis.command('HDEL', key, 'h')).toBe(1)
}

describe.skipIf(!hasRedisServer)('a store that opens where others have fetched the tools', () => {
  it.each([true, false])(
    'lists them in three round trips, and starts no server (refreshBehind: %s)',
    async (refreshBehind) => {
      await using place = await scene()
      const { proxy, asked } = place
      const store = await enter(proxy.url, { refreshBehind })
      const tools = await store.forStore().listTools()
      const [read] = proxy.commands.filter(({ name }) => name === 'HMGET')
      const own = proxy.commands.filter(({ connection }) => connection === read!.connection)
      // The handshake ends when it is known which dataspace there is: what follows are the feed, the records, the lists.
      const feed = own.findIndex(({ name, args }) => name.startsWith('EVAL') && args[2]?.endsWith(':index'))
      expect(feed).toBeGreaterThan(0)
      expect(new Set(own.slice(feed).map(({ batch }) => batch)).size).toBeLessThanOrEqual(3)
      expect(listsRead(proxy).sort()).toEqual(names)
      expect(tools.map(({ tool }) => tool)).toEqual(names.flatMap(toolsOf))
      expect(tools.services.map(({ source, stale }) => [source, stale])).toEqual(
        names.map(() => ['cache', false]),
      )
      expect(asked()).toEqual(once)
    },
  )

  it('tells of services and their tools, and how old the lists are, without reading a list', async () => {
    await using place = await scene()
    const { proxy, writer } = place
    await writer.forAgent('worker').assignService('s1', { allow: ['s1-tool-1*'] })
    const store = await enter(proxy.url)
    const services = await store.forStore().listServices()
    const known = await writer.forStore().listTools()
    const fetchedAt = known.services.map((service) => service.fetchedAt)
    expect(fetchedAt).not.toContain(null)
    expect(services.map((service) => [service.toolCount, service.facts.tools, service.fetchedAt])).toEqual(
      names.map((_, at) => [20, 'fresh', fetchedAt[at]]),
    )
    expect(await store.forStore().serviceInfo('s3')).toMatchObject({
      toolCount: 20,
      server: { name: 's3' },
      fetchedAt: fetchedAt[names.indexOf('s3')],
    })
    expect((await store.forAgent('worker').listServices()).map(({ toolCount }) => toolCount)).toEqual([11])
    expect(listsRead(proxy)).toEqual([])
  })

  it('knows no tools of a config that is another one, whatever the head says', async () => {
    await using place = await scene()
    const { proxy, server, writer } = place
    const { url } = server.service('elsewhere')
    await writer.forStore().updateService('s6', { url })
    const store = await enter(proxy.url)
    expect(await store.forStore().serviceInfo('s6')).toMatchObject({
      toolCount: null,
      server: null,
      facts: { tools: 'none' },
    })
    expect(listsRead(proxy)).toEqual([])
    expect((await store.forStore().listTools('s6')).map(({ tool }) => tool)).toEqual(['tool-of-elsewhere'])
  })

  it('reads the one list that an address is about', async () => {
    await using place = await scene()
    const { proxy, asked } = place
    const store = await enter(proxy.url)
    expect((await store.forStore().findTool('s2/s2-tool-7')).name).toBe('s2/s2-tool-7')
    expect(listsRead(proxy)).toEqual(['s2'])
    expect((await store.forStore().findTool('s4-tool-3')).name).toBe('s4/s4-tool-3')
    expect((await store.forStore().findTool('s5__s5-tool-3')).name).toBe('s5/s5-tool-3')
    expect(listsRead(proxy)).toEqual(['s2', 's4', 's5'])
    expect(asked()).toEqual(once)
  })

  it('never takes a list that it could not read for an empty one', async () => {
    await using place = await scene()
    const { proxy, asked, server } = place
    const store = await enter(proxy.url)
    const context = store.forStore()
    await context.findTool('s9/s9-tool-0')
    await proxy.refuse()
    await away(store)
    const tools = await context.listTools()
    expect(tools.map(({ tool }) => tool)).toEqual(toolsOf('s9'))
    const notLoaded = {
      source: 'notLoaded',
      fetchedAt: expect.any(String),
      age: expect.any(Number),
      stale: false,
      error: { code: 'not_loaded', hint: expect.stringContaining('--fresh') },
    }
    expect(tools.services).toMatchObject([
      ...names.slice(0, -1).map((name) => ({ name, ...notLoaded })),
      { name: 's9', source: 'cache' },
    ])
    expect((await context.listServices()).map(({ toolCount }) => toolCount)).toEqual(names.map(() => 20))
    expect(await failureOf(context.listTools('s0'))).toMatchObject({ code: 'not_loaded' })
    expect(asked()).toEqual(once)
    // Who names a tool gets it from its server.
    expect((await context.findTool('s0/s0-tool-5')).name).toBe('s0/s0-tool-5')
    expect(server.service('s0').asked).toBe(2)
    await proxy.pass()
    await back(store)
    expect(await context.listTools()).toHaveLength(200)
  })

  it('reads the lists of an older version, which have no heads, at once', async () => {
    await using place = await scene()
    const { proxy, redis, asked } = place
    await withoutHeads(redis)
    const store = await enter(proxy.url)
    expect((await store.forStore().listServices()).map(({ toolCount }) => toolCount)).toEqual(
      names.map(() => 20),
    )
    expect(await store.forStore().listTools()).toHaveLength(200)
    expect(asked()).toEqual(once)
  })

  it('reads the one list that another process has changed, and makes nothing but its tools anew', async () => {
    await using place = await scene()
    const { proxy, server, writer } = place
    const store = await enter(proxy.url, { refreshBehind: true })
    const context = store.forStore()
    const known = new Set(await context.listTools())
    const change = async (tools: string[]) => {
      const told = new Promise((resolve) => void store.events.on('toolsChanged', resolve))
      server.service('s5', { answer: () => tools })
      proxy.commands.length = 0
      await writer.forStore().listTools('s5', { fresh: true })
      await told
    }
    for (const tools of [['one'], ['one', 'two'], ['three']]) {
      await change(tools)
      const listed = await context.listTools()
      expect(proxy.commands.filter(({ name }) => name === 'HMGET').map(({ args }) => args[0])).toEqual([
        'n:d:services:s5:cache',
      ])
      expect(listed.filter((tool) => !known.has(tool)).map(({ tool }) => tool)).toEqual(tools)
      expect(listed).toHaveLength(180 + tools.length)
    }
  })

  it('tells of other tools by the hash, and of the same ones not at all', async () => {
    await using place = await scene()
    const { proxy, server, writer } = place
    const store = await enter(proxy.url)
    const told: unknown[] = []
    store.events.on('toolsChanged', ({ service, toolCount }) => told.push([service, toolCount]))
    await writer.forStore().listTools('s1', { fresh: true })
    server.service('s2', { answer: () => ['another'] })
    await writer.forStore().listTools('s2', { fresh: true })
    await until('it is told', () => told.length > 0)
    expect(told).toEqual([['s2', 1]])
  })
})
