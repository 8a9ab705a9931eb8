import { describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const QUIET = 3_600_000

const field = (redis: RedisServer, { prefix }: Member, key: string, name = 'v') =>
  redis.command('HGET', `${prefix}${key}`, name)

/** What `redis-cli --scan | xargs redis-cli del` does, which people are told to run; not every machine has `redis-cli`. */
async function scanAndDelete(redis: RedisServer, { prefix }: Member) {
  const keys = new Set<string>()
  let cursor = '0'
  do {
    const [next, found] = (await redis.command('SCAN', cursor, 'MATCH', `${prefix}*`)) as [string, string[]]
    for (const key of found) keys.add(key)
    cursor = next
  } while (cursor !== '0')
  expect(await redis.command('DEL', ...keys)).toBe(keys.size)
}

describe.skipIf(!hasRedisServer)('a dataspace that is removed on purpose', () => {
  it.each([
    ['FLUSHDB', (redis: RedisServer) => redis.command('FLUSHDB')],
    ['SCAN and DEL', scanAndDelete],
  ])('by %s stays away, for every process, and what is written after it stays', async (_, remove) => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(redis)
    await using b = await join(redis, { beatMs: QUIET })
    await using away = await join(proxy, { timeoutMs: 300 })
    await a.put('one', 1)
    await a.put('removed', 1)
    await a.put('removed', undefined)
    await b.put('two', 2)
    b.count('one', 3)
    await until('all see it', () => away.calls('one') === 3 && away.get('two') === 2 && a.get('two') === 2)
    proxy.blackhole('both')
    await remove(redis, a)
    expect(await redis.command('EXISTS', `${a.prefix}index`)).toBe(0)
    expect((await b.put('new', 4)).durable).toBe('redis')
    await a.sees({ new: 4 })
    await b.sees({ new: 4 })
    expect(away.configs).toEqual({ one: 1, two: 2 })
    await proxy.pass()
    await away.sees({ new: 4 })
    await Promise.all([a.settled(), b.settled(), away.settled()])
    // Nothing of it comes back with the same name either.
    await away.put('one', 5)
    b.count('one')
    await until('it counts from the start', () => a.calls('one') === 1)
    for (const member of [a, b, away]) await member.sees({ new: 4, one: 5 })
    expect(await field(redis, a, configOf('two'))).toBe(null)
    expect(await field(redis, a, configOf('removed'), 'd')).toBe(null)
  })

  it('is not believed where there was nothing to look for', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { timeoutMs: 300 })
    proxy.blackhole('both')
    expect((await a.put('unsent', 1)).durable).toBe('memory')
    await redis.command('FLUSHDB')
    await proxy.pass()
    await a.settled()
    expect(await field(redis, a, 'meta', 'cleared')).toBe('')
    expect(await field(redis, a, configOf('unsent'))).toBe('1')
  })

  it('by a clear stays away: for who was cut off, after a restart without data, and its statistics', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(redis)
    await using away = await join(proxy, { timeoutMs: 300 })
    await a.put('old', 1)
    away.count('old', 2)
    await until('it is counted', () => a.calls('old') === 2)
    proxy.blackhole('both')
    await away.put('older', 2)
    away.count('old', 40)
    expect(await a.store.clear()).toBe('redis')
    await a.put('old', 'new')
    await redis.restart({ keepData: false })
    await a.settled()
    expect(String(await field(redis, a, 'meta', 'cleared'))).toMatch(/^\w{16}-/)
    await proxy.pass()
    await away.settled()
    for (const member of [a, away]) await member.sees({ old: 'new' })
    away.count('old')
    await until('only what came later counts', () => a.calls('old') === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([a.calls('old'), await field(redis, a, 'tools:t:stats', 'old:calls')]).toEqual([1, '1'])
    expect(await field(redis, a, configOf('older'))).toBe(null)
  })
})

describe.skipIf(!hasRedisServer)('a clear that a server lost', () => {
  it('is put back, and what was counted meanwhile is shown by nobody any more', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { timeoutMs: 300 })
    await a.store.clear()
    await proxy.refuse()
    await a.is('down')
    await redis.restart({ keepData: false })
    await using other = await join(redis)
    await other.put('one', 1)
    other.count('one', 2)
    await until('it is counted', async () => (await field(redis, a, 'tools:t:stats', 'one:calls')) === '2')
    await proxy.pass()
    await a.settled()
    await a.sees({ one: 1 })
    await until('the other knows', () => other.calls('one') === undefined)
    expect([a.calls('one'), await field(redis, a, 'tools:t:stats', 'one:calls')]).toEqual([undefined, null])
    other.count('one')
    await until('both count from the start', () => a.calls('one') === 1 && other.calls('one') === 1)
  })
})

describe.skipIf(!hasRedisServer)('a server that is rolled back', () => {
  it('in a restart is brought up to date again, deletions and counters too', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await using b = await join(redis)
    await a.put('kept', 1)
    await a.put('changed', 1)
    await a.put('removed', 1)
    a.count('kept', 2)
    await until('it is counted', () => b.calls('kept') === 2)
    await redis.command('SAVE')
    await a.put('changed', 2)
    await b.put('removed', undefined)
    await b.put('added', 1)
    a.count('kept', 3)
    await until('more is counted', () => b.calls('kept') === 5)
    await a.sees({ added: 1, changed: 2, kept: 1 })
    await redis.restart()
    expect(await field(redis, a, configOf('changed'))).toBe('1')
    expect(await field(redis, a, configOf('added'))).toBe(null)
    await Promise.all([a.is('up'), b.is('up')])
    await until('it is all there', async () => (await field(redis, a, 'tools:t:stats', 'kept:calls')) === '5')
    await Promise.all([a.settled(), b.settled()])
    expect(await field(redis, a, configOf('changed'))).toBe('2')
    await using fresh = await join(redis)
    await fresh.sees({ added: 1, changed: 2, kept: 1 })
    expect(fresh.calls('kept')).toBe(5)
    expect(await a.store.conflicts()).toEqual([])
  })

  it('in a restart, and has overtaken the old revision when it is met again, is compared all the same', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy)
    await a.put('before', 1)
    await redis.command('SAVE')
    await a.put('lost', 2)
    await proxy.refuse()
    await a.is('down')
    await redis.restart()
    await using other = await join(redis)
    for (let n = 0; n < 5; n++) await other.put('busy', n)
    expect(other.configs).toEqual({ before: 1, busy: 4 })
    await proxy.pass()
    for (const member of [a, other]) await member.sees({ before: 1, busy: 4, lost: 2 })
  })

  async function rolledBackInPlace(redis: RedisServer, a: Member): Promise<void> {
    await a.put('before', 1)
    await redis.command('SAVE')
    await a.put('lost', 2)
    await a.put('before', 3)
    a.count('before', 2)
    await until('it is counted', async () => (await field(redis, a, 'tools:t:stats', 'before:calls')) === '2')
    // What it has read of that itself.
    await a.store.refresh()
    await redis.command('DEBUG', 'RELOAD', 'NOSAVE')
    expect(await field(redis, a, configOf('lost'))).toBe(null)
  }

  it('within one connection is noticed at the next sign of life', async () => {
    await using redis = await startRedis({ config: ['enable-debug-command yes'] })
    await using a = await join(redis)
    const { connections } = await redis.stats()
    await rolledBackInPlace(redis, a)
    await until('it is restored', async () => (await field(redis, a, configOf('lost'))) === '2')
    await until('it is counted', async () => (await field(redis, a, 'tools:t:stats', 'before:calls')) === '2')
    expect((await redis.stats()).connections).toBe(connections)
  })

  it('and has overtaken the old revision within one connection is found by the comparison of ten minutes', async () => {
    await using redis = await startRedis({ config: ['enable-debug-command yes'] })
    await using a = await join(redis, { beatMs: QUIET })
    await rolledBackInPlace(redis, a)
    await using other = await join(redis, { beatMs: QUIET })
    for (let n = 0; n < 10; n++) await other.put('busy', n)
    await a.sees({ before: 3, busy: 9, lost: 2 })
    await a.store.refresh()
    expect(await field(redis, a, configOf('lost'))).toBe(null)
    a.time.pass(600_000)
    await a.store.refresh()
    await other.sees({ before: 3, busy: 9, lost: 2 })
    expect(await field(redis, a, configOf('before'))).toBe('3')
    expect(a.lines).toEqual([])
  })
})

describe.skipIf(!hasRedisServer)('a server that evicts', () => {
  it('only the meta key is given another, and nothing is taken for removed', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await using b = await join(redis, { beatMs: QUIET })
    await a.put('one', 1)
    await b.sees({ one: 1 })
    a.count('one', 2)
    await until('it is counted', () => b.calls('one') === 2)
    expect(await redis.command('DEL', `${a.prefix}meta`)).toBe(1)
    expect((await b.put('two', 2)).durable).toBe('redis')
    for (const member of [a, b]) await member.sees({ one: 1, two: 2 })
    expect(await field(redis, a, 'meta', 'cleared')).toBe('')
    a.count('one')
    await until('it goes on counting', () => b.calls('one') === 3)
    await a.put('one', 3)
    await b.sees({ one: 3, two: 2 })
  })

  it('records, with their place in the index or without, is given them back', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    for (const name of ['one', 'two', 'three']) await a.put(name, name)
    expect(await redis.command('DEL', ...['one', 'two'].map((name) => a.prefix + configOf(name)))).toBe(2)
    await redis.command('ZREM', `${a.prefix}index`, configOf('two'))
    a.time.pass(600_000)
    await a.store.refresh()
    await using fresh = await join(redis)
    await fresh.sees({ one: 'one', three: 'three', two: 'two' })
    expect(a.get('one')).toBe('one')
  })
})
