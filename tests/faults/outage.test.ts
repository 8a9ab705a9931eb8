import { afterEach, describe, expect, it } from 'vitest'
import { configOf, join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const durable = ['appendonly yes', 'appendfsync always']

describe.skipIf(!hasRedisServer)('a server that crashes', () => {
  it('and comes back with its data gets what was written meanwhile, from every process', async () => {
    await using redis = await startRedis({ config: durable })
    await using a = await join(redis)
    await using b = await join(redis)
    expect((await a.put('before', 1)).durable).toBe('redis')
    await b.sees({ before: 1 })
    await redis.kill()
    await Promise.all([a.is('down'), b.is('down')])
    expect(await a.put('by-a', 2)).toMatchObject({ status: 'written', durable: 'memory' })
    expect((await b.put('by-b', 3)).durable).toBe('memory')
    expect(a.configs).toEqual({ before: 1, 'by-a': 2 })
    expect(a.status).toMatchObject({ backend: 'memory', configured: 'redis', pendingWrites: 1 })
    await redis.restart()
    await Promise.all([a.settled(), b.settled()])
    await a.sees({ before: 1, 'by-a': 2, 'by-b': 3 })
    await b.sees({ before: 1, 'by-a': 2, 'by-b': 3 })
    expect(await redis.command('HGET', `${a.prefix}${configOf('by-b')}`, 'v')).toBe('3')
  })

  it('keeps the write that was on its way only until it is gone for sure, however long its timeout is', async () => {
    await using redis = await startRedis({ config: durable })
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { waitMs: 600_000 })
    proxy.hold('reply')
    const written = a.put('one', 1)
    await until('it is on its way', () => proxy.counts.reply.held > 0)
    await proxy.refuse()
    expect((await written).durable).toBe('memory')
    expect(a.status).toMatchObject({ state: 'down', pendingWrites: 1 })
    await proxy.pass()
    await a.settled()
    expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('1')
  })

  it('and comes back empty is given back everything, counters included', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await using b = await join(redis)
    await a.put('one', 1)
    await a.put('gone', 1)
    await a.put('gone', undefined)
    await b.sees({ one: 1 })
    a.count('one', 5)
    b.count('one', 7)
    await until('both are counted', () => a.calls('one') === 12 && b.calls('one') === 12)
    await redis.restart({ keepData: false })
    expect(await redis.command('DBSIZE')).toBe(0)
    await Promise.all([a.is('up'), b.is('up')])
    await a.settled()
    b.count('one', 1)
    const stored = () => redis.command('HGET', `${a.prefix}tools:t:stats`, 'one:calls')
    await until('all is counted again', async () => (await stored()) === '13')
    await until('both see it', () => a.calls('one') === 13 && b.calls('one') === 13)
    expect(await redis.command('HGET', `${a.prefix}${configOf('gone')}`, 'd')).toBe('1')
    expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('1')
  })

  it('is told once, and once when it is back, with reason, backlog and duration', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await a.settled()
    await redis.kill()
    await a.is('down')
    await a.put('one', 1)
    const attempts = () => a.log.filter((line) => line.includes('redis open')).length
    const before = attempts()
    await until('it was tried again', () => attempts() >= before + 3)
    await redis.restart()
    await a.settled()
    expect(a.lines).toEqual([
      expect.stringMatching(/^warn storage: redis is down, was up for \d+ ms, 0 writes waiting: .*reached/),
      expect.stringMatching(/^info storage: redis is up, was recovering for \d+ ms, 0 writes waiting$/),
    ])
  })
})

describe.skipIf(!hasRedisServer)('what cannot wait', () => {
  it('is refused while the server is away, and nothing of it is sent later', async () => {
    await using redis = await startRedis({ config: durable })
    await using a = await join(redis)
    const { stamp } = await a.put('one', 1)
    await redis.kill()
    await a.is('down')
    const unavailable = { code: 'unavailable', hint: expect.stringMatching(/./) }
    await expect(a.store.putIf(configOf('one'), 2, stamp)).rejects.toMatchObject(unavailable)
    await expect(a.store.putIf(configOf('new'), 2, 'absent')).rejects.toMatchObject(unavailable)
    // It was told that this cannot be decided now.
    const message = expect.stringMatching(/^nothing was cleared: redis:.* cannot be reached/)
    await expect(a.store.clear()).rejects.toMatchObject({ ...unavailable, message })
    expect(a.configs).toEqual({ one: 1 })
    await redis.restart()
    await a.settled()
    await a.store.refresh()
    expect(a.verdicts).toEqual(['accepted'])
    expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('1')
    expect(await redis.command('EXISTS', `${a.prefix}${configOf('new')}`)).toBe(0)
  })
})

describe.skipIf(!hasRedisServer)('what cannot wait and whose answer was lost', () => {
  it('was called not done though it was: it says that nobody can know', async () => {
    await using redis = await startRedis({ config: durable })
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy)
    const { stamp } = await a.put('one', 1)
    const unknown = {
      code: 'outcome_unknown',
      message: expect.stringContaining('may have done it or not'),
      hint: expect.stringMatching(/./),
    }
    proxy.dropReplies(1, { to: ({ args }) => args.includes(configOf('one')) })
    await expect(a.store.putIf(configOf('one'), 2, stamp)).rejects.toMatchObject(unknown)
    expect(proxy.counts.repliesDropped).toBe(1)
    await a.sees({ one: 2 })
    proxy.dropReplies(1, { to: ({ args }) => args.includes(configOf('new')) })
    await expect(a.store.putIf(configOf('new'), 3, 'absent')).rejects.toMatchObject(unknown)
    await a.sees({ one: 2, new: 3 })
    expect(a.verdicts).toEqual(['accepted'])
  })

  it('is no question for a clear, which is asked again, or told to be unknown when nobody answers', async () => {
    await using redis = await startRedis({ config: durable })
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy)
    await a.put('one', 1)
    const isClear = ({ name, args }: { name: string; args: string[] }) =>
      name.startsWith('EVAL') && args.some((arg) => arg === `${a.prefix}changes`) && args.length === 7
    proxy.dropReplies(1, { to: isClear })
    expect(await a.store.clear()).toBe('redis')
    expect(proxy.counts.repliesDropped).toBe(1)
    expect(a.configs).toEqual({})
    await a.put('two', 2)
    proxy.dropReplies(Number.POSITIVE_INFINITY, { to: isClear })
    await expect(a.store.clear()).rejects.toMatchObject({ code: 'outcome_unknown' })
    await proxy.pass()
    await a.settled()
    await a.sees({})
  })
})

describe.skipIf(!hasRedisServer)('a server that hangs', () => {
  it('keeps the first write as long as the timeout, and none after it; nothing is lost or counted twice', async () => {
    await using redis = await startRedis()
    await using a = await join(redis, { waitMs: 400 })
    await a.put('kept', 0)
    await redis.pause()
    const began = performance.now()
    expect((await a.put('first', 1)).durable).toBe('memory')
    expect(performance.now() - began).toBeGreaterThan(350)
    // Nothing that is read or written now asks the timer or the network: it is all done before either could.
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    a.count('kept', 3)
    for (let n = 0; n < 50; n++) await a.put('later', n)
    clearInterval(timer)
    expect(turns).toBeLessThan(5)
    expect(a.configs).toEqual({ kept: 0, first: 1, later: 49 })
    await a.is('down')
    await redis.resume()
    await a.settled()
    await until('it is counted', () => a.calls('kept') === 3)
    expect(await redis.command('HGET', `${a.prefix}tools:t:stats`, 'kept:calls')).toBe('3')
    expect(await redis.command('HGET', `${a.prefix}${configOf('first')}`, 'v')).toBe('1')
    expect(await a.store.conflicts()).toEqual([])
  })

  it('for a moment only is no outage', async () => {
    await using redis = await startRedis()
    await using a = await join(redis, { waitMs: 2000 })
    await redis.pause()
    const written = a.put('one', 1)
    a.store.get(configOf('one'))
    await redis.resume()
    expect((await written).durable).toBe('redis')
    expect(a.lines).toEqual([])
  })

  it.each(['down', 'hanging'] as const)('%s at the start delays it by the timeout at most', async (fault) => {
    await using redis = await startRedis()
    if (fault === 'down') await redis.kill()
    else await redis.pause()
    const began = performance.now()
    await using a = await join(redis, { waitMs: 300 })
    expect(performance.now() - began).toBeLessThan(2000)
    expect(a.status).toMatchObject({ backend: 'memory', configured: 'redis' })
    expect((await a.put('early', 1)).durable).toBe('memory')
    await a.is('down')
    if (fault === 'down') await redis.restart()
    else await redis.resume()
    await a.settled()
    expect(await redis.command('HGET', `${a.prefix}${configOf('early')}`, 'v')).toBe('1')
  })
})

describe.skipIf(!hasRedisServer)('reading', () => {
  const hold = new AbortController()
  afterEach(() => hold.abort())

  it('never asks the network, and goes on in every state', async () => {
    await using redis = await startRedis({ config: ['enable-debug-command yes'] })
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { timeoutMs: 300, beatMs: 60_000 })
    await a.put('one', 1)
    await a.settled()
    const read = () => {
      const before = proxy.counts.request.delivered + proxy.counts.request.held
      for (let n = 0; n < 1000; n++) {
        expect(a.get('one')).toBe(1)
        a.store.list('services:')
        a.store.counters('tools:t:stats')
        a.store.status()
      }
      expect(proxy.counts.request.delivered + proxy.counts.request.held).toBe(before)
    }
    proxy.forget()
    read()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(proxy.counts.commands).toBe(0)
    proxy.hold('reply')
    await a.put('two', 2)
    await a.is('down')
    read()
    await proxy.pass()
    await a.is('up')
    await redis.command('CONFIG', 'SET', 'maxmemory', 1)
    await a.put('three', 3)
    await a.is('write-degraded')
    read()
  })
})
