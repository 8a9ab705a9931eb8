import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Finding, RedisOptions } from '@mcpstore/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ListServer } from '../../../tests/support/list-server.ts'
import { until } from '../../../tests/support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { startProxy } from '../../../tests/support/tcp-proxy.ts'
import { storePlace } from '../src/options/backends.ts'
import { resolveOptions } from '../src/options/resolve-options.ts'
import { failureOf, open, server } from './stores.ts'

const WEATHER = { mcpServers: { weather: { url: 'https://example.com/mcp' } } }
const NOWHERE = 'redis://:hidden@127.0.0.1:1/0'

/** A server that takes connections and says nothing. */
async function silentServer(): Promise<{ url: string; sockets: Socket[]; stop(): void }> {
  const sockets: Socket[] = []
  const listener: Server = createServer((socket) => sockets.push(socket.on('error', () => {})))
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const { port } = listener.address() as { port: number }
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  }
  return { url: `redis://127.0.0.1:${port}`, sockets, stop }
}

describe('without a Redis that answers', () => {
  it('a store is set up even so, and its status says what answers and why', async () => {
    const store = await open({ redis: { url: NOWHERE, namespace: 'n', dataspace: 'd' } })
    expect(store.status()).toMatchObject({
      backend: 'memory',
      configured: 'redis',
      state: 'down',
      reason: expect.stringContaining('redis://127.0.0.1:1/0 cannot be reached'),
      location: 'redis://127.0.0.1:1/0',
      namespace: 'n',
      dataspace: 'd',
      staleMs: null,
    })
  })

  it('what nobody can know is no empty list', async () => {
    const ctx = (await open({ redis: NOWHERE })).forStore()
    expect(await failureOf(ctx.listServices())).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('unknown: redis://127.0.0.1:1/0'),
    })
    expect(await failureOf(ctx.listTools())).toMatchObject({ code: 'unavailable' })
    // What only Redis can decide leaves nothing, and is nowhere.
    const absent = await ctx.addService(WEATHER, { ifAbsent: true })
    expect(absent).toMatchObject({ results: [{ status: 'failed', error: { code: 'unavailable' } }] })
    expect(absent).not.toHaveProperty('durable')
    const { durable } = await ctx.addService(WEATHER)
    expect(durable).toBe('memory')
    expect(await failureOf(ctx.patchService('weather', { headers: { a: 'b' } }))).toMatchObject({
      code: 'unavailable',
    })
    expect((await ctx.listServices()).map(({ name }) => name)).toEqual(['weather'])
  })

  it('a server that takes the connection and stays silent is given up in time, and named', async () => {
    const silent = await silentServer()
    const store = await open({ redis: { url: silent.url, socket_timeout: 0.2 } })
    expect(store.status()).toMatchObject({
      state: 'down',
      backend: 'memory',
      reason: expect.stringMatching(/did not answer within 180 ms/),
    })
    await store.close()
    silent.stop()
  })

  it('strict refuses to begin', async () => {
    const refused = open({ redis: NOWHERE, policy: 'strict' })
    expect(await failureOf(refused)).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^the policy is strict, and redis:\/\/127\.0\.0\.1:1\/0 cannot be reached/,
      ),
    })
  })

  it('memory does not contact Redis, and says so', async () => {
    const silent = await silentServer()
    const store = await open({ redis: { url: silent.url }, policy: 'memory', dataspace: 'd' })
    await store.forStore().addService(WEATHER)
    expect(store.status()).toMatchObject({
      backend: 'memory',
      configured: 'redis',
      reason: expect.stringContaining('the policy is memory'),
      location: `${silent.url}/0`,
    })
    await store.close()
    expect(silent.sockets).toEqual([])
    silent.stop()
  })
})

describe('the option redis', () => {
  const refuse = async (redis: unknown, more: object = {}) =>
    failureOf(open({ redis: redis as RedisOptions, ...more }))

  it.each<[unknown, object, string]>([
    [{ url: NOWHERE }, { local: true }, 'options local and redis'],
    [{ url: NOWHERE, namespace: 'a' }, { namespace: 'b' }, 'namespace and redis.namespace differ'],
    [{ url: NOWHERE, dataspace: 'a' }, { dataspace: 'b' }, 'dataspace and redis.dataspace differ'],
    [
      { url: NOWHERE, socket_timeout: 1 },
      { socketTimeoutMs: 5 },
      'socketTimeoutMs and redis.socketTimeoutMs differ',
    ],
    [{ url: NOWHERE, socket_timeout: 1, socketTimeoutMs: 1000 }, {}, 'two spellings'],
    [{ url: NOWHERE, healthcheck_interval: 1, healthcheckIntervalMs: 1 }, {}, 'two spellings'],
    [{ url: NOWHERE, socket_timeout: 0 }, {}, 'redis.socket_timeout must be'],
    [{ url: NOWHERE, socket_timeout: 1e12 }, {}, 'must be a number of seconds from 0.001 to 2147483.647'],
    [{ url: NOWHERE, socketTimeoutMs: 1.5 }, {}, 'redis.socketTimeoutMs must be'],
    [{ url: NOWHERE, healthcheck_interval: '30' }, {}, 'redis.healthcheck_interval must be'],
    [{ url: NOWHERE, password: 7 }, {}, 'redis.password must be'],
    [{ url: NOWHERE, password: '' }, {}, 'redis.password must be'],
    [{ url: NOWHERE, dataspace: ' ' }, {}, 'redis.dataspace must be'],
    [{ url: NOWHERE, pasword: 'hidden' }, {}, 'unknown option redis.pasword'],
    [{ url: NOWHERE, tls: 'yes' }, {}, 'redis.tls must be'],
    [{ url: NOWHERE, hashTag: 1 }, {}, 'redis.hashTag must be'],
    [{ sentinels: [{ host: 'h' }], sentinelName: 'm' }, {}, 'redis.sentinels must be'],
    [{ cluster: [{ host: 'h', port: 1 }], hashTag: false }, {}, 'hashTag must not be false on a cluster'],
    [{ client: {} }, {}, 'no client of ioredis'],
    [{ url: NOWHERE, client: { duplicate() {} } }, {}, 'exactly one of'],
    [{}, {}, 'exactly one of'],
    ['http://:hidden@example.com', {}, 'must begin with redis://'],
    [7, {}, 'option redis must be a URL or an object'],
    [null, {}, 'option redis must be a URL or an object'],
    [undefined, { policy: 'strict' }, 'no Redis is configured'],
    [undefined, { mirror: true }, 'option mirror is for a dataspace in Redis that has a name'],
    [NOWHERE, { mirror: true }, 'option mirror is for a dataspace in Redis that has a name'],
    [undefined, { local: true, mirror: true }, 'option mirror is for a dataspace in Redis that has a name'],
    [undefined, { socketTimeoutMs: 100 }, 'option socketTimeoutMs is about Redis or a file'],
    [NOWHERE, { policy: 'hopeful' }, 'option policy must be one of fallback, strict, memory'],
  ])('%j with %j is refused', async (redis, more, message) => {
    const error = await refuse(redis, more)
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
    expect(JSON.stringify([error.message, error.hint])).not.toContain('hidden')
  })

  it('has the defaults of the documents, and takes seconds or milliseconds', async () => {
    const settings = (redis: string | RedisOptions, more: object = {}) => resolveOptions({ redis, ...more })
    expect(settings('redis://h')).toMatchObject({
      namespace: 'default',
      dataspace: 'auto',
      socketTimeoutMs: 2000,
      policy: 'fallback',
      redis: { address: { url: 'redis://h' }, healthcheckIntervalMs: 30_000 },
    })
    const seconds = { url: 'redis://h', password: null, socket_timeout: 0.5, healthcheck_interval: 15 }
    expect(settings(seconds)).toMatchObject({
      socketTimeoutMs: 500,
      redis: { address: { url: 'redis://h' }, healthcheckIntervalMs: 15_000 },
    })
    expect(settings({ url: 'redis://h', namespace: 'n' }, { namespace: 'n', dataspace: 'd' })).toMatchObject({
      namespace: 'n',
      dataspace: 'd',
    })
  })

  it('a sign of life is sent three times in the interval', async () => {
    const tierOf = async (redis: string | RedisOptions) =>
      (await storePlace(resolveOptions({ redis }), 'd')).tier
    expect(await tierOf('redis://h')).toEqual({ beatMs: 10_000, policy: 'fallback' })
    expect(await tierOf({ url: 'redis://h', healthcheck_interval: 60 })).toMatchObject({ beatMs: 20_000 })
  })
})

describe.skipIf(!hasRedisServer)('with a Redis', () => {
  let redis: RedisServer

  beforeEach(async () => {
    redis = await startRedis()
  })
  afterEach(() => redis?.stop())

  const ask = async (command: string) => String(await redis.command(...command.split(' ')))
  const keys = async () => (await redis.command('KEYS', '*')) as string[]

  it('two stores of one dataspace share their services, and say redis', async () => {
    const options = { redis: { url: redis.url, namespace: 'shared', dataspace: 'workspace1' } }
    const [a, b] = [await open(options), await open(options)]
    expect((await a.forStore().addService(WEATHER)).durable).toBe('redis')
    await expect
      .poll(async () => (await b.forStore().listServices()).map(({ name }) => name))
      .toEqual(['weather'])
    expect(b.status()).toMatchObject({ backend: 'redis', configured: 'redis', state: 'up', reason: null })
  })

  it("the keys of the weather example are those of the seed's page", async () => {
    const store = await open({ redis: redis.url, namespace: 'default', dataspace: 'workspace1' })
    const ctx = store.forStore()
    await ctx.addService({ mcpServers: { weather: server({ weather: true }) } })
    await ctx.listTools()
    await ctx.useTool('get_current_weather', { query: '北京' })
    await store.close()
    expect(await keys()).toEqual(
      expect.arrayContaining([
        'default:workspace1:services:weather:config',
        'default:workspace1:services:weather:cache',
        'default:workspace1:services:weather:state',
        'default:workspace1:tools:get_current_weather:info',
        'default:workspace1:tools:get_current_weather:stats',
      ]),
    )
    const info = await ask('HGET default:workspace1:tools:get_current_weather:info weather')
    expect(JSON.parse(info)).toMatchObject({ name: 'get_current_weather' })
    const ttl = Number(await ask('TTL default:workspace1:tools:get_current_weather:info'))
    expect(ttl).toBeGreaterThan(6 * 24 * 3600)
    const index = await ask('ZRANGE default:workspace1:index 0 -1')
    expect(index).toContain('tools:get_current_weather:stats')
    expect(index).not.toContain(':info')
    const calls = await ask('HGET default:workspace1:tools:get_current_weather:stats weather:calls')
    expect(calls).toBe('1')
  })

  it('lookup keys that cannot be written are nobody’s failure', async () => {
    await ask('SET default:d:tools:get_current_weather:info foreign')
    const store = await open({ redis: redis.url, dataspace: 'd' })
    const ctx = store.forStore()
    await ctx.addService({ mcpServers: { weather: server({ weather: true }) } })
    expect((await ctx.listTools()).services).toMatchObject([{ name: 'weather', source: 'live' }])
    await store.close()
    expect(store.lines.filter((line) => !line.startsWith('debug') && !line.startsWith('info'))).toEqual([])
  })

  it('a dataspace of one run ends with it, and would end without a goodbye', async () => {
    const store = await open({ redis: { url: redis.url, dataspace: 'auto' } })
    await store.forStore().addService(WEATHER)
    const found = await keys()
    expect(found).toContain(`default:${store.dataspace}:services:weather:config`)
    for (const key of found) expect(Number(await ask(`TTL ${key}`)), key).toBeGreaterThan(23 * 3600)
    await store.close()
    expect(await keys()).toEqual([])
  })

  it('a first list takes one round trip before its server is asked, and one where somebody has fetched it', async () => {
    await using proxy = await startProxy(redis.port)
    await using server = await new ListServer().start()
    const before: string[][] = []
    const { url } = server.service('a', {
      answer: () => {
        const own = proxy.commands.filter(({ args }) => args.some((arg) => /:(lease:|index$)/.test(arg)))
        // But for the end of the lease before.
        const asked = own.filter(({ args }) => args.length > 4 && args.length < 12)
        const trips = new Set(asked.map(({ batch }) => batch)).size
        before.push([...asked.map(({ args }) => args[2]!.split(':')[2]!), `${trips} round trip`])
        return ['t']
      },
    })
    const far = {
      redis: { url: proxy.url, dataspace: 'd', healthcheck_interval: 3600 },
      mirror: false,
    } as const
    const store = await open(far)
    await store.forStore().addService({ a: { url } })
    await store.forStore().addService({ b: { url: server.service('b').url } })
    // The server is sent each script once.
    await store.forStore().listTools('b')
    const isRelease = ({ args }: { args: string[] }) => args.length === 4 && args[2]!.includes(':lease:')
    await until('its lease has ended', () => proxy.commands.some(isRelease))
    proxy.forget()
    await store.forStore().listTools('a')
    expect(before).toEqual([['lease', 'index', '1 round trip']])
    const again = await open(far)
    proxy.forget()
    expect(await again.forStore().listTools()).toHaveLength(2)
    expect(proxy.commands.map(({ name }) => name)).toEqual(['HMGET', 'HMGET'])
    expect(new Set(proxy.commands.map(({ batch }) => batch)).size).toBe(1)
    proxy.forget()
    expect(await again.forStore().listTools()).toHaveLength(2)
    expect(proxy.commands).toEqual([])
  })

  it('a service whose place is taken was said to have failed, and was there for whoever looked', async () => {
    const [key, parked] = ['services:weather:config', 'its key holds something that is no record of mcpstore']
    await ask(`SET default:d:${key} foreign`)
    const store = await open({ redis: redis.url, dataspace: 'd' })
    const ctx = store.forStore()
    const told: string[] = []
    store.events.on('serviceAdded', ({ service }) => told.push(service))
    const weather = server({ weather: true })
    const report = await ctx.addService({ mcpServers: { weather } })
    expect(report).toMatchObject({ results: [{ status: 'added', parked }], durable: 'local' })
    expect(store.status()).toMatchObject({ state: 'up', parked: [{ key, problem: parked }] })
    // Who wrote it has approved it.
    expect(await ctx.listServices()).toMatchObject([{ name: 'weather', facts: { trusted: true } }])
    expect((await ctx.listTools()).services).toMatchObject([{ name: 'weather', source: 'live' }])
    await until('it is told', () => told.length > 0)
    expect(await ctx.addService({ mcpServers: { weather } })).toMatchObject({
      results: [{ status: 'unchanged', parked }],
      durable: 'local',
    })
    expect(await ctx.updateService('weather', WEATHER.mcpServers.weather)).toMatchObject({
      status: 'updated',
      durable: 'local',
      parked,
    })
    const other = await ctx.addService({ mcpServers: { other: { url: 'https://example.com' } } })
    expect(other).toMatchObject({ results: [{ status: 'added' }], durable: 'redis' })
    expect(other.results[0]).not.toHaveProperty('parked')
    await store.close()
    expect(await ask(`GET default:d:${key}`)).toContain('foreign')
    await ask(`DEL default:d:${key}`)
    const again = await open({ redis: redis.url, dataspace: 'd' })
    await until('it is sent', async () => (await ask(`HGET default:d:${key} v`)).includes('example.com'))
    expect(again.status().parked).toEqual([])
  })

  it('what only Redis can decide of a place that is taken fails at once, and nothing of it is kept anywhere', async () => {
    await ask('SET default:d:services:weather:config foreign')
    const store = await open({ redis: redis.url, dataspace: 'd' })
    const absent = await store.forStore().addService(WEATHER, { ifAbsent: true })
    expect(absent.results).toMatchObject([
      { status: 'failed', error: { code: 'storage', hint: expect.stringContaining('another name') } },
    ])
    expect(absent).not.toHaveProperty('durable')
    expect([await store.forStore().listServices(), store.status().parked]).toEqual([[], []])
    await store.forStore().addService(WEATHER)
    // It was tried fifty times, and then said to be changed by others all the time.
    const patching = failureOf(store.forStore().patchService('weather', { headers: { a: 'b' } }))
    expect(await patching).toMatchObject({ code: 'storage' })
  })

  it('what is no record is not said to be removed', async () => {
    const store = await open({ redis: redis.url, dataspace: 'd' })
    await store.forStore().addService(WEATHER)
    await ask('HSET default:d:services:weather:config s garbage')
    await store.close()
    const again = await open({ redis: redis.url, dataspace: 'd', mirror: false })
    await expect(again.forStore().deleteService('weather')).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('its stamp is malformed'),
    })
  })

  it('no password stands in a status, an error or a log line', async () => {
    await ask('CONFIG SET requirepass top-h8sh4711')
    for (const given of [
      { url: `redis://:top-h8sh4711@127.0.0.1:${redis.port}` },
      { url: redis.url, password: 'top-h8sh4711' },
      { url: `redis://:wrong-h8sh4711@127.0.0.1:${redis.port}` },
      { url: redis.url, username: 'nobody', password: 'wrong-h8sh4711' },
      { url: redis.url },
    ]) {
      const store = await open({ redis: { ...given, dataspace: 'd' }, debug: true })
      await store.forStore().addService(WEATHER)
      const status = store.status()
      expect(status.state).toBe(
        given.url.includes('top') || given.password === 'top-h8sh4711' ? 'up' : 'auth',
      )
      const inspected = await store.inspect().catch((error: Error): Finding[] => [
        {
          name: error.message,
          severity: 'unknown',
          text: String((error as { hint?: string }).hint),
          value: null,
        },
      ])
      await store.close()
      const error = { ...status.error, text: status.error?.stack, cause: status.error?.cause }
      const shown = JSON.stringify([status, error, String(error.cause), store.lines, inspected])
      expect(shown).not.toContain('h8sh4711')
    }
  })

  it('an inspection tells of the Redis behind the store, and of the file, and of nothing in memory', async () => {
    const names = async (options: object) => (await (await open(options)).inspect()).map(({ name }) => name)
    expect(await names({ redis: redis.url })).toContain('eviction')
    expect(await names({ local: `${redis.dir}/a.db` })).toEqual(['file', 'size', 'mode', 'disk'])
    expect(await names({})).toEqual([])
  })
})
