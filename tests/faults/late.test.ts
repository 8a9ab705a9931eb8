import { describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import type { SeenCommand } from '../support/proxy-rules.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const CACHE = 'services:one:cache'
const QUIET = 3_600_000

const names = (text: string) => (command: SeenCommand) => command.args.includes(text)

/** Holds back what `send` asks of the server about `text` until `meanwhile` has happened. */
async function heldBack(
  { proxy, late }: { proxy: TcpProxy; late: Member },
  text: string,
  { send, meanwhile }: { send: () => unknown; meanwhile: () => Promise<unknown> },
): Promise<void> {
  // Nothing else of it is under way.
  await late.store.refresh()
  proxy.forget()
  proxy.hold('request')
  void send()
  await until(`a request about ${text} is held`, () => proxy.commands.some(names(text)))
  await meanwhile()
  await proxy.pass()
}

const field = (redis: RedisServer, { prefix }: Member, key: string, name = 'v') =>
  redis.command('HGET', `${prefix}${key}`, name)

describe.skipIf(!hasRedisServer)('a request that arrives late', () => {
  it('and counts under a clear that came before it is not counted', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using late = await join(proxy, { waitMs: 10_000, beatMs: QUIET })
    await using other = await join(redis)
    await other.put('one', 1)
    late.count('one', 2)
    await until('the script is known', () => other.calls('one') === 2)
    const meanwhile = async () => {
      await other.store.clear()
      await other.put('one', 'new')
    }
    await heldBack({ proxy, late }, '42', { send: () => late.count('one', 40), meanwhile })
    await late.sees({ one: 'new' })
    late.count('one', 3)
    await until('what came later is counted', () => other.calls('one') === 3)
    expect(await field(redis, late, 'tools:t:stats', 'one:calls')).toBe('3')
  })

  it('with a list of a config that was removed leaves no list, not even for a config of that name', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using late = await join(proxy, { waitMs: 10_000, beatMs: QUIET })
    await using other = await join(redis)
    const { stamp } = await other.put('one', 1)
    await late.sees({ one: 1 })
    await heldBack({ proxy, late }, CACHE, {
      send: () => late.store.put(CACHE, ['old tool'], { basis: stamp }),
      meanwhile: () => other.put('one', undefined),
    })
    await late.sees({})
    await until('it was answered', () => late.verdicts.includes('orphan'))
    await other.put('one', 2)
    await late.sees({ one: 2 })
    await other.store.refresh()
    expect([late, other].map(({ store }) => store.get(CACHE))).toEqual([undefined, undefined])
    expect(await redis.command('EXISTS', late.prefix + CACHE)).toBe(0)
  })

  it('with a write older than a clear, or than what is there, changes nothing', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using late = await join(proxy, { waitMs: 10_000, beatMs: QUIET })
    await using other = await join(redis)
    await heldBack({ proxy, late }, configOf('one'), {
      send: () => late.put('one', 'older'),
      meanwhile: () => other.put('one', 'newer'),
    })
    for (const member of [late, other]) await member.sees({ one: 'newer' })
    await heldBack({ proxy, late }, configOf('two'), {
      send: () => late.put('two', 'older'),
      meanwhile: () => other.store.clear(),
    })
    for (const member of [late, other]) await member.sees({})
    await until('both were answered', () => late.verdicts.length === 2)
    expect(late.verdicts).toEqual(['stale', 'cleared'])
    expect(await field(redis, late, configOf('two'))).toBe(null)
  })

  it('after the client has given it up is executed, and changes nothing but once', async () => {
    await using redis = await startRedis()
    await using a = await join(redis, { timeoutMs: 300 })
    await using other = await join(redis, { waitMs: 10_000 })
    await a.put('one', 0)
    await redis.pause()
    a.count('one', 5)
    await a.put('one', 1)
    await a.is('down')
    await a.put('one', 2)
    await redis.resume()
    await a.settled()
    await other.sees({ one: 2 })
    await until('all is counted', () => a.calls('one') === 5 && other.calls('one') === 5)
    expect(await a.store.conflicts()).toEqual([])
  })
})

describe.skipIf(!hasRedisServer)('what was counted', () => {
  it('under a service that was removed and added again unseen is not counted for the new one', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { waitMs: 10_000, beatMs: QUIET })
    await using other = await join(redis)
    await a.put('one', 1)
    a.count('one', 5)
    await until('it is counted', () => other.calls('one') === 5)
    const { held } = proxy.counts.reply
    proxy.hold('reply')
    await other.put('one', undefined)
    await other.put('one', 2)
    await until('it is told late', () => proxy.counts.reply.held > held)
    await proxy.pass()
    await a.sees({ one: 2 })
    a.count('one')
    await until('only that is counted', () => other.calls('one') === 1)
    // An update is no other service.
    await other.put('one', 3)
    await a.sees({ one: 3 })
    a.count('one', 2)
    await until('it goes on', () => other.calls('one') === 3)
    expect(await field(redis, a, 'tools:t:stats', 'one:calls')).toBe('3')
  })
})

describe.skipIf(!hasRedisServer)('a process that joins', () => {
  it('listens before it reads, so that nothing falls in between', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using other = await join(redis)
    await other.put('before', 1)
    await using a = await join(proxy, { beatMs: QUIET })
    await other.put('next', 2)
    await a.sees({ before: 1, next: 2 })
    const at = (matches: (command: SeenCommand) => boolean) => proxy.commands.findIndex(matches)
    const reading = at(names(`${a.prefix}index`))
    expect(at(({ name }) => name === 'SUBSCRIBE')).toBeGreaterThanOrEqual(0)
    expect(at(({ name }) => name === 'SUBSCRIBE')).toBeLessThan(reading)
  })
})
