import { describe, expect, it } from 'vitest'
import { configOf, join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { connectRedis } from '../support/redis-connection.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'

const stored = (redis: RedisServer, prefix: string, service: string) =>
  redis.command('HGET', `${prefix}${configOf(service)}`, 'v')

describe.skipIf(!hasRedisServer)('a server that is slow', () => {
  it.each([
    ['DEBUG SLEEP', 'DEBUG SLEEP 0.9'],
    ['CLIENT PAUSE WRITE', 'CLIENT PAUSE 900 WRITE'],
    ['CLIENT PAUSE ALL', 'CLIENT PAUSE 900 ALL'],
  ])(
    'for longer than the timeout, %s, is worked around, and nothing is lost or done twice',
    async (name, command) => {
      await using redis = await startRedis({ config: ['enable-debug-command yes'] })
      await using a = await join(redis, { waitMs: 300 })
      await using b = await join(redis, { waitMs: 5000 })
      await a.put('before', 1)
      await b.sees({ before: 1 })
      // What comes over a connection that was accepted before is executed before what is sent after it.
      using sleeper = await connectRedis(redis.port)
      await sleeper.send('PING')
      const asleep = sleeper.send(...command.split(' '))
      if (name !== 'DEBUG SLEEP') await asleep
      const inA = a.put('in-a', 2)
      const inB = b.put('in-b', 3)
      a.count('before', 4)
      expect((await inA).durable).toBe('memory')
      expect(a.status.state).not.toBe('up')
      expect(a.configs).toEqual({ before: 1, 'in-a': 2 })
      expect((await inB).durable).toBe('redis')
      expect(b.lines).toEqual([])
      await asleep
      await a.settled()
      await Promise.all([a, b].map((member) => member.sees({ before: 1, 'in-a': 2, 'in-b': 3 })))
      await until('it is counted once', () => a.calls('before') === 4 && b.calls('before') === 4)
      expect(await a.store.conflicts()).toEqual([])
    },
  )

  it('because of a busy script is suspect, not given up', async () => {
    await using redis = await startRedis({ config: ['lua-time-limit 20'] })
    await using a = await join(redis, { waitMs: 5000 })
    await a.put('before', 1)
    using busy = await connectRedis(redis.port)
    const endless = busy.send('EVAL', 'while true do end', 0).catch((error: Error) => error.message)
    await a.is('suspect')
    expect(a.status.reason).toMatch(/busy with a script/)
    expect(a.configs).toEqual({ before: 1 })
    expect((await a.put('during', 2)).durable).toBe('memory')
    await redis.command('SCRIPT', 'KILL')
    expect(await endless).toMatch(/killed/)
    await a.settled()
    expect(await stored(redis, a.prefix, 'during')).toBe('2')
    expect((await redis.stats()).info['errorstat_BUSY']).toBeDefined()
    expect(a.lines).toEqual([])
  })

  it('because it is loading is waited for', async () => {
    const config = ['appendonly yes', 'appendfsync always', 'enable-debug-command yes']
    await using redis = await startRedis({ config })
    await using a = await join(redis, { waitMs: 5000 })
    await a.put('before', 1)
    await redis.command('DEBUG', 'POPULATE', 3000)
    await redis.command('BGREWRITEAOF')
    await until('it is rewritten', async () => {
      const { info } = await redis.stats()
      return info['aof_rewrite_in_progress'] === '0' && info['aof_rewrite_scheduled'] === '0'
    })
    const slow = ['key-load-delay 300', 'loading-process-events-interval-bytes 1024']
    await redis.restart({ config: slow, ready: 'loading' })
    await until('it says that it is loading', () => /still loading/.test(a.status.reason ?? ''))
    expect(a.configs).toEqual({ before: 1 })
    await a.put('during', 2)
    await a.settled()
    expect(await stored(redis, a.prefix, 'during')).toBe('2')
    expect(await stored(redis, a.prefix, 'before')).toBe('1')
    const { connections, info } = await redis.stats()
    expect(info['errorstat_LOADING']).toBeDefined()
    // It is not overrun by those who wait for it.
    expect(connections).toBeLessThan(20)
  })
})

describe.skipIf(!hasRedisServer)('a server', () => {
  it('that forgot its scripts is sent them again, unnoticed', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await a.put('before', 1)
    for (let round = 0; round < 3; round++) {
      await redis.command('SCRIPT', 'FLUSH')
      expect((await a.put('one', round)).durable).toBe('redis')
      a.count('one')
    }
    await until('all is counted', () => a.calls('one') === 3)
    expect(Number(/\d+/.exec((await redis.stats()).info['errorstat_NOSCRIPT']!)?.[0])).toBeGreaterThanOrEqual(
      3,
    )
    expect(a.lines).toEqual([])
  })

  it('with no connection left is named as such, and joined when it has one', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await a.put('before', 1)
    await redis.command('CONFIG', 'SET', 'maxclients', 1)
    await using b = await join(redis)
    await b.is('down')
    expect(b.status.reason).toMatch(/takes no more connections/)
    expect((await b.put('by-b', 2)).durable).toBe('memory')
    expect((await a.put('by-a', 3)).durable).toBe('redis')
    expect(Number((await redis.stats()).info['rejected_connections'])).toBeGreaterThan(0)
    await redis.command('CONFIG', 'SET', 'maxclients', 100)
    await b.settled()
    await Promise.all([a, b].map((member) => member.sees({ before: 1, 'by-a': 3, 'by-b': 2 })))
  })
})
