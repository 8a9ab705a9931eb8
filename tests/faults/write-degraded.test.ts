import { describe, expect, it } from 'vitest'
import { configOf, join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { startPair } from '../support/redis-pair.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

/** Changes a record even where there is no memory left. */
const BY_OTHERS = `#!lua flags=allow-oom
redis.call('HSET', KEYS[1], 'v', '3', 's', ARGV[1])
local rev = redis.call('HINCRBY', KEYS[2], 'rev', 1)
redis.call('ZADD', KEYS[3], rev, ARGV[2])
redis.call('PUBLISH', ARGV[3], string.format('%d', rev))`

describe.skipIf(!hasRedisServer)('a server that is read but not written', () => {
  it('because it is full says so, passes on what others write, and is given everything later', async () => {
    await using redis = await startRedis({ config: ['maxmemory-policy noeviction'] })
    await using a = await join(redis)
    await using b = await join(redis)
    await a.put('before', 1)
    await b.sees({ before: 1 })
    await redis.command('CONFIG', 'SET', 'maxmemory', 1)
    expect(await a.put('during', 2)).toMatchObject({ status: 'written', durable: 'memory' })
    await Promise.all([a.is('write-degraded'), b.is('write-degraded')])
    expect(a.status).toMatchObject({ backend: 'redis', pendingWrites: 1 })
    expect(a.status.reason).toContain('out of memory')
    // What somebody changes who may, they hear of and read.
    const { stamp } = b.store.get(configOf('before'))!
    const later = stamp.replace('-', '').slice(0, 12)
    const next = `${(Number.parseInt(later, 16) + 1).toString(16).padStart(12, '0')}${stamp.slice(12)}`
    const keys = [configOf('before'), 'meta', 'index'].map((key) => a.prefix + key)
    await redis.command('EVAL', BY_OTHERS, 3, ...keys, next, configOf('before'), `${a.prefix}changes`)
    await until('both see the change', () => a.get('before') === 3 && b.get('before') === 3)
    expect(Number((await redis.stats()).info['errorstat_OOM']?.replace(/\D/g, ''))).toBeGreaterThan(0)
    await redis.command('CONFIG', 'SET', 'maxmemory', 0)
    await Promise.all([a.settled(), b.settled()])
    await b.sees({ before: 3, during: 2 })
    expect(a.lines.map((line) => line.split(',')[0])).toEqual([
      'warn storage: redis is write-degraded',
      'info storage: redis is up',
    ])
  })

  it('kept the first write as long as one that says nothing, though it had refused it twice', async () => {
    await using redis = await startRedis({ config: ['maxmemory-policy noeviction'] })
    await using a = await join(redis, { waitMs: 600_000 })
    await a.put('before', 1)
    await redis.command('CONFIG', 'SET', 'maxmemory', 1)
    expect(await a.put('during', 2)).toMatchObject({ status: 'written', durable: 'memory' })
    expect(a.status).toMatchObject({ state: 'write-degraded', pendingWrites: 1 })
    await redis.command('CONFIG', 'SET', 'maxmemory', 0)
    await a.settled()
    expect(await redis.command('HGET', `${a.prefix}${configOf('during')}`, 'v')).toBe('2')
  })

  it('because it cannot save, or has no replicas', async () => {
    await using redis = await startRedis({ config: ['enable-protected-configs yes'] })
    await using a = await join(redis)
    await a.put('before', 1)
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 1)
    expect((await a.put('one', 1)).durable).toBe('memory')
    await a.is('write-degraded')
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 0)
    await a.settled()
    await redis.command('CONFIG', 'SET', 'save', '3600 1000000')
    await redis.command('CONFIG', 'SET', 'dir', '/proc')
    await redis.command('BGSAVE')
    await until('saving failed', async () => (await redis.stats()).info['rdb_last_bgsave_status'] === 'err')
    expect((await a.put('two', 2)).durable).toBe('memory')
    await a.is('write-degraded')
    const { info } = await redis.stats()
    expect([info['errorstat_NOREPLICAS'], info['errorstat_MISCONF']]).not.toContain(undefined)
    await redis.command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no')
    await a.settled()
    expect(await redis.command('HGET', `${a.prefix}${configOf('two')}`, 'v')).toBe('2')
  })

  it('because it has become a replica is asked for another one at most once a second', async () => {
    await using pair = await startPair()
    await using proxy = await startProxy(pair.master.port)
    await using a = await join(proxy)
    await a.put('before', 1)
    await pair.promote()
    await pair.master.command('REPLICAOF', '127.0.0.1', pair.replica.port)
    expect((await a.put('during', 2)).durable).toBe('memory')
    await a.is('write-degraded')
    expect(a.configs).toEqual({ before: 1, during: 2 })
    const { since } = a.status
    const states: string[] = []
    a.store.observe({ onState: (state) => states.push(state) })
    const { connections } = proxy.counts
    const began = performance.now()
    for (let n = 0; n < 30; n++) {
      await pair.replica.command('PUBLISH', `${a.prefix}changes`, '99')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const seconds = (performance.now() - began) / 1000
    // Each session has two connections.
    expect(proxy.counts.connections - connections).toBeLessThanOrEqual(2 * Math.ceil(seconds + 1))
    expect(proxy.counts.connections - connections).toBeGreaterThan(0)
    expect((await pair.master.stats()).info['errorstat_READONLY']).toBeDefined()
    // It answers each time anew, and is not back for that.
    expect([states, a.status.since]).toEqual([[], since])
    // The address leads to the new master now: the old connection is still good, and of no use.
    proxy.target = pair.replica.port
    await a.settled()
    expect(await pair.replica.command('HGET', `${a.prefix}${configOf('during')}`, 'v')).toBe('2')
    expect(states).toEqual(['recovering', 'up'])
    expect(a.lines.filter((line) => line.startsWith('warn'))).toHaveLength(1)
  })
})
