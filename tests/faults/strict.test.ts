import { describe, expect, it } from 'vitest'
import { configOf, join } from '../support/member.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const durable = ['appendonly yes', 'appendfsync always']

describe.skipIf(!hasRedisServer)('the strict policy', () => {
  it('keeps nothing that was not taken, and says when nobody can know', async () => {
    await using redis = await startRedis({ config: durable })
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { policy: 'strict' })
    expect((await a.put('one', 1)).durable).toBe('redis')
    proxy.dropReplies(1, { to: ({ args }) => args.includes(configOf('one')) })
    await expect(a.put('one', 2)).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(proxy.counts.repliesDropped).toBe(1)
    await a.sees({ one: 2 })
    await proxy.refuse()
    await a.is('down')
    await expect(a.put('one', 3)).rejects.toMatchObject({ code: 'not_durable' })
    await proxy.pass()
    await a.settled()
    await redis.command('CONFIG', 'SET', 'maxmemory', 1)
    await expect(a.put('one', 4)).rejects.toMatchObject({ code: 'not_durable' })
    await redis.command('CONFIG', 'SET', 'maxmemory', 0)
    await a.settled()
    expect(a.configs).toEqual({ one: 2 })
    expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('2')
  })

  it('took a server that had just refused a write for a good one, until the next sign of life', async () => {
    await using redis = await startRedis({ config: ['maxmemory-policy noeviction'] })
    await using a = await join(redis, { policy: 'strict', beatMs: 3_600_000 })
    await a.put('one', 1)
    const states: string[] = []
    a.store.observe({ onState: (state) => states.push(state) })
    await redis.command('CONFIG', 'SET', 'maxmemory', 1)
    await expect(a.put('one', 2)).rejects.toMatchObject({ code: 'not_durable' })
    expect(a.status).toMatchObject({
      state: 'write-degraded',
      reason: expect.stringContaining('out of memory'),
    })
    await redis.command('CONFIG', 'SET', 'maxmemory', 0)
    await a.settled()
    expect((await a.put('one', 3)).durable).toBe('redis')
    expect(states.filter((state) => state !== 'recovering')).toEqual(['write-degraded', 'up'])
  })

  it('says of each write what became of it when only some of them were taken', async () => {
    await using redis = await startRedis()
    await using a = await join(redis, { policy: 'strict' })
    await redis.command('SET', `${a.prefix}${configOf('two')}`, 'foreign')
    const written = await a.store.putAll(['one', 'two'].map((name) => ({ key: configOf(name), value: name })))
    expect(written).toMatchObject([
      { status: 'written', durable: 'redis' },
      { status: 'outdated', durable: 'memory', problem: expect.any(String) },
    ])
    expect(a.configs).toEqual({ one: 'one' })
    await expect(a.put('two', 2)).rejects.toMatchObject({ code: 'not_durable' })
  })

  it.each([
    ['one request', 100_000],
    ['one of several requests', 900_000],
  ])('does not say that nothing was written when the server took only a part of %s', async (_, size) => {
    await using redis = await startRedis()
    await using a = await join(redis, { policy: 'strict' })
    const used = Number(/used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))![1])
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    let parts = 0
    // How much of it fits depends on the server's own buffers: with ever more room, until a part did.
    for (let room = size; parts === 0 && room < 40 * size; room += size) {
      await redis.command('CONFIG', 'SET', 'maxmemory', used + room)
      const puts = names.map((name) => ({ key: configOf(`${name}${room}`), value: 'x'.repeat(size) }))
      const outcome = await a.store.putAll(puts).catch((error) => error)
      await redis.command('CONFIG', 'SET', 'maxmemory', 0)
      const taken = await redis.command('EXISTS', ...puts.map(({ key }) => `${a.prefix}${key}`))
      await a.settled()
      if (taken === 0) expect(outcome.code).toBe('not_durable')
      else if (taken !== names.length) expect(outcome.code).toBe('outcome_unknown')
      if (Number(taken) % names.length !== 0) parts++
    }
    expect(parts).toBe(1)
  })
})
