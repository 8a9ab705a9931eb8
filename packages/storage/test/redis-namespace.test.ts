import { Dataspace, recordKey, redisAclRules } from '@mcpstore/storage'
import { type RedisAddress, redisBackend, redisDataspaces, redisTarget } from '@mcpstore/storage/redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCluster } from '../../../tests/support/redis-cluster.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { startProxy } from '../../../tests/support/tcp-proxy.ts'

const config = (service: string) => recordKey({ scope: 'store', service, kind: 'config' })

interface Place {
  address?: RedisAddress
  namespace?: string
  lifetimeMs?: number
}

describe.skipIf(!hasRedisServer)('the dataspaces of a namespace in Redis', () => {
  let server: RedisServer
  const opened: Dataspace[] = []

  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    for (const dataspace of opened.splice(0)) await dataspace.close()
    await server?.stop()
  })

  async function open(dataspace: string, { address, namespace = 'n', lifetimeMs }: Place = {}) {
    const target = redisTarget(address ?? { url: server.url })
    const place = { namespace, dataspace }
    const backend = redisBackend({ target, ...place, ...(lifetimeMs !== undefined && { lifetimeMs }) })
    const one = new Dataspace({ backend, ...place })
    opened.push(one)
    await one.open()
    return one
  }

  const look = (address: RedisAddress = { url: server.url }) =>
    redisDataspaces({ target: redisTarget(address), namespace: 'n' })

  const names = async () => (await look()).map(({ name }) => name)

  const serverNow = async () => {
    const [seconds, micros] = (await server.command('TIME')) as string[]
    return Number(seconds) * 1000 + Number(micros) / 1000
  }

  it('are those that were opened in it and are there', async () => {
    await open('b c')
    await open('a:b')
    await open('北京%')
    await open('other', { namespace: 'n2' })
    // One that ends with its process is none that stays.
    await open('passing', { lifetimeMs: 60_000 })
    await server.command('ZADD', 'n::dataspaces', 1, 'gone', 2, '%zz')
    expect(await names()).toEqual(['a:b', 'b c', '北京%'])
  })

  it('are told with what they hold and take, to the byte', async () => {
    const first = await open('d')
    for (const service of ['a', 'b', 'c'])
      await first.put(config(service), { service, text: 'x'.repeat(1000) })
    await first.put(config('c'), undefined)
    first.count('tools:t:stats', 'a:calls', 1)
    await first.flush()
    await open('empty')
    const [told, empty] = await look()
    expect(empty).toMatchObject({ name: 'empty', keys: 0 })
    const members = (await server.command('ZRANGE', 'n:d:index', 0, -1)) as string[]
    expect(told).toMatchObject({ name: 'd', keys: members.length })
    expect(members).toContain('tools:t:stats')
    const sharers = (await server.command('ZRANGE', 'n:d:sharers', 0, -1)) as string[]
    expect(sharers).toHaveLength(1)
    const own = ['index', 'meta', 'conflicts', 'nodes', 'sharers', `shares:${sharers[0]}`]
    let bytes = 0
    for (const key of members)
      bytes += Number(await server.command('MEMORY', 'USAGE', `n:d:${key}`, 'SAMPLES', 0))
    for (const key of own) bytes += Number(await server.command('MEMORY', 'USAGE', `n:d:${key}`))
    expect(told!.bytes).toBe(bytes)
    expect(bytes).toBeGreaterThan(2000)
    expect(told).not.toHaveProperty('problem')
  })

  it('of more than 10,000 keys are told by a sample of them', async () => {
    await open('d')
    const fill = `for i = 1, 12000 do
      redis.call('HSET', 'n:d:services:s' .. i .. ':config', 'v', string.rep('x', 1000))
      redis.call('ZADD', 'n:d:index', i, 'services:s' .. i .. ':config')
    end`
    await server.command('EVAL', fill, 0)
    const before = (await server.stats()).calls['memory|usage'] ?? 0
    const [told] = await look()
    expect(told!.keys).toBe(12_000)
    expect(told!.bytes).toBeGreaterThan(12_000_000)
    expect(told!.bytes).toBeLessThan(24_000_000)
    const asked = ((await server.stats()).calls['memory|usage'] ?? 0) - before
    expect(asked).toBeGreaterThanOrEqual(10_000)
    expect(asked).toBeLessThan(10_010)
  })

  it('were last seen when somebody opened them or gave a sign of life, and not in the future', async () => {
    const now = Math.floor(await serverNow())
    for (const name of ['d', 'e', 'f']) await (await open(name)).put('services:a:config', 1)
    for (const dataspace of opened.splice(0)) await dataspace.close()
    for (const name of ['d', 'e', 'f']) await server.command('DEL', `n:${name}:nodes`)
    const hours = (count: number) => now - count * 3_600_000
    await server.command('ZADD', 'n::dataspaces', hours(5), 'd', hours(5), 'e', 'inf', 'f')
    await server.command(
      'HSET',
      'n:e:nodes',
      'node1',
      `${hours(2)} {}`,
      'node2',
      `${hours(-2)} {}`,
      'node3',
      'x',
    )
    const [d, e, f] = await look()
    expect(d).toMatchObject({ lastSeen: new Date(hours(5)).toISOString() })
    expect(e).toMatchObject({ lastSeen: new Date(hours(2)).toISOString() })
    expect(f).toMatchObject({ lastSeen: null, age: null })
    const elapsed = (await serverNow()) - now
    expect(d!.age).toBeGreaterThanOrEqual(5 * 3_600_000)
    expect(d!.age).toBeLessThanOrEqual(5 * 3_600_000 + elapsed + 1)
  })

  it('are found among 20,000 names that somebody planted in a few round trips', async () => {
    await open('d')
    const plant = `for i = 1, 20000 do redis.call('ZADD', 'n::dataspaces', i, 'planted' .. i) end`
    await server.command('EVAL', plant, 0)
    await using proxy = await startProxy(server.port)
    expect((await look({ url: proxy.url })).map(({ name }) => name)).toEqual(['d'])
    expect(proxy.counts.commands).toBeGreaterThan(20_000)
    expect(proxy.counts.batches).toBeLessThan(400)
  })

  it('are not changed by a look, nor does it count as seeing them', async () => {
    await (await open('d')).put('services:a:config', 1)
    await opened.splice(0)[0]!.close()
    const state = async () => {
      const keys = ((await server.command('KEYS', '*')) as string[]).sort()
      return Promise.all(keys.map(async (key) => [key, await server.command('DUMP', key)]))
    }
    const before = await state()
    expect(before.map(([key]) => key)).toContain('n::dataspaces')
    const { calls } = await server.stats()
    await look()
    await redisDataspaces({ target: redisTarget({ url: server.url }), namespace: 'nobody' })
    const after = (await server.stats()).calls
    expect(await state()).toEqual(before)
    for (const command of ['eval', 'evalsha', 'publish', 'subscribe', 'scan', 'zadd', 'hset'])
      expect(after[command] ?? 0, command).toBe(calls[command] ?? 0)
  })

  it('are told to a user who has the printed rights', async () => {
    await open('d')
    await server.command('ACL', 'SETUSER', 'agent', 'on', '>secret', ...redisAclRules('n'))
    const [told] = await look({ url: server.url, username: 'agent', password: 'secret' })
    expect(told).toMatchObject({ name: 'd', keys: 0, bytes: expect.any(Number), age: expect.any(Number) })
    expect(told).not.toHaveProperty('problem')
  })

  it.each([
    ['-memory', { keys: 0, bytes: null, problem: expect.stringMatching(/memory/) }],
    ['-zrandmember', { keys: 0, bytes: null, problem: expect.stringMatching(/zrandmember/) }],
    ['-zcard', { keys: null, bytes: null, problem: expect.stringMatching(/zcard/) }],
    ['-hgetall', { keys: 0, bytes: expect.any(Number), lastSeen: expect.any(String) }],
  ])('a user without %s is told what he may know, and why not the rest', async (rules, told) => {
    await open('d')
    await server.command('ACL', 'SETUSER', 'agent', 'on', '>secret', ...redisAclRules('n'), rules)
    const found = await look({ url: server.url, username: 'agent', password: 'secret' })
    expect(found).toEqual([expect.objectContaining({ name: 'd', ...told })])
  })

  it('whose own keys are of another type are told as far as they can be', async () => {
    await open('d')
    await open('e')
    await server.command('SET', 'n:d:index', 'foreign')
    await server.command('SET', 'n:d:nodes', 'foreign')
    const [d, e] = await look()
    expect(d).toMatchObject({
      name: 'd',
      keys: null,
      bytes: null,
      problem: expect.stringMatching(/^WRONGTYPE/),
    })
    expect(d!.lastSeen).not.toBeNull()
    expect(e).toMatchObject({ name: 'e', keys: 0 })
  })

  it('are not said to hold anything where their key meta is of somebody else', async () => {
    await server.command('ZADD', 'n::dataspaces', 1, 'text', 2, 'hash')
    await server.command('SET', 'n:text:meta', 'foreign')
    await server.command('HSET', 'n:hash:meta', 'theirs', 1)
    expect((await look()).map(({ name, keys, problem }) => [name, keys, problem])).toEqual([
      ['hash', null, expect.stringMatching(/^n:hash:meta: .* no record of mcpstore$/)],
      ['text', null, expect.stringMatching(/^n:text:meta: .* no record of mcpstore$/)],
    ])
  })

  it('cannot be told where something else is in their place; all else works', async () => {
    await server.command('SET', 'n::dataspaces', 'foreign')
    const one = await open('d')
    await expect(look()).rejects.toThrow(/^n::dataspaces: /)
    expect(await one.put(config('a'), {})).toMatchObject({ durable: 'redis' })
    expect(await server.command('GET', 'n::dataspaces')).toBe('foreign')
  })

  it('cannot be told by a Redis that is away or silent', async () => {
    await expect(look({ url: 'redis://127.0.0.1:1' })).rejects.toThrow(/cannot be reached/)
    await server.pause()
    const target = redisTarget({ url: server.url })
    await expect(redisDataspaces({ target, namespace: 'n', timeoutMs: 200 })).rejects.toThrow(
      /did not answer/,
    )
    await server.resume()
  })

  it('are told of a cluster, where each lies in a slot of its own', { timeout: 60_000 }, async () => {
    await using cluster = await startCluster()
    const address = { cluster: cluster.servers.map(({ port }) => ({ host: '127.0.0.1', port })) }
    for (const name of ['a', 'b', 'c', 'd', 'e']) await open(name, { address })
    await opened[0]!.put(config('a'), {})
    const found = await look(address)
    expect(found.map(({ name, keys }) => [name, keys])).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', 0],
      ['d', 0],
      ['e', 0],
    ])
    for (const { bytes, age, problem } of found) {
      expect(problem).toBeUndefined()
      expect(bytes).toBeGreaterThan(0)
      expect(age).toBeGreaterThanOrEqual(0)
    }
    for (const dataspace of opened.splice(0)) await dataspace.close()
  })
})
