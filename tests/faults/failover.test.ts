import { describe, expect, it } from 'vitest'
import { configOf, join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { startPair } from '../support/redis-pair.ts'
import { hasRedisServer } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const HOUR = 3_600_000

describe.skipIf(!hasRedisServer)('a failover', () => {
  it('that loses acknowledged writes and counts is made good from the memory of whoever has them', async () => {
    await using pair = await startPair()
    await using proxy = await startProxy(pair.master.port)
    await using a = await join(proxy)
    await using b = await join(proxy)
    await a.put('before', 1)
    a.count('before', 5)
    b.count('before', 1)
    await until('it is counted', () => b.calls('before') === 6 && a.calls('before') === 6)
    await pair.inSync()
    await pair.pauseReplica()
    expect((await a.put('lost', 2)).durable).toBe('redis')
    expect((await b.put('before', 3)).durable).toBe('redis')
    await a.sees({ before: 3, lost: 2 })
    a.count('before', 10)
    await until('more is counted', () => b.calls('before') === 16)
    proxy.target = pair.replica.port
    await pair.master.kill()
    await pair.promote()
    const { replica } = pair
    // The fault: what was acknowledged is not there.
    expect(await replica.command('HGET', `${a.prefix}${configOf('lost')}`, 'v')).toBe(null)
    expect(await replica.command('HGET', `${a.prefix}tools:t:stats`, 'before:calls')).toBe('6')
    await Promise.all([a.settled(), b.settled()])
    const calls = () => replica.command('HGET', `${a.prefix}tools:t:stats`, 'before:calls')
    await until('all is counted again', async () => (await calls()) === '16')
    await until('both know', () => a.calls('before') === 16 && b.calls('before') === 16)
    expect(await replica.command('HGET', `${a.prefix}${configOf('lost')}`, 'v')).toBe('2')
    expect(await replica.command('HGET', `${a.prefix}${configOf('before')}`, 'v')).toBe('3')
    await b.sees({ before: 3, lost: 2 })
    expect(await a.store.conflicts()).toEqual([])
  })

  it('to a host whose clock is hours behind leaves what was written, and takes what is written over it', async () => {
    await using pair = await startPair()
    await using proxy = await startProxy(pair.master.port)
    let behind = 0
    const serverNow = () => Date.now() - behind
    await using a = await join(proxy, { serverNow })
    await using b = await join(proxy, { serverNow })
    await a.put('one', 1)
    await a.put('kept', 1)
    await a.put('removed', 1)
    await b.sees({ one: 1, kept: 1, removed: 1 })
    await pair.inSync()
    behind = 5 * HOUR
    proxy.target = pair.replica.port
    const since = [a, b].map(({ status }) => status.since)
    await pair.master.kill()
    await pair.promote()
    await until('both have noticed', () => [a, b].every(({ status }, at) => status.since !== since[at]))
    await Promise.all([a.settled(), b.settled()])
    // Both know what they replace, so theirs must stay although its stamp sorts below.
    expect((await a.put('one', 2)).durable).toBe('redis')
    await b.sees({ one: 2, kept: 1, removed: 1 })
    expect((await b.put('one', 3)).durable).toBe('redis')
    expect((await b.put('removed', undefined)).durable).toBe('redis')
    await a.sees({ one: 3, kept: 1 })
    await using fresh = await join(proxy, { serverNow })
    await fresh.sees({ one: 3, kept: 1 })
    for (const key of ['one', 'kept', 'removed']) {
      const stamp = String(await pair.replica.command('HGET', `${a.prefix}${configOf(key)}`, 's'))
      expect(Number.parseInt(stamp.slice(0, 12), 16), key).toBeLessThan(serverNow() + 60_000)
    }
    expect(await a.store.conflicts()).toEqual([])
  })
})
