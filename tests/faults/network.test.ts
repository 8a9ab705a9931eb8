import { describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import type { SeenCommand } from '../support/proxy-rules.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const isScript = ({ name }: SeenCommand) => name === 'EVALSHA' || name === 'EVAL'
/** A run of the script that has this member among its arguments. */
const about = (member: string) => (command: SeenCommand) => isScript(command) && command.args.includes(member)

const pulls = (member: Member) => member.log.filter((line) => line.includes('redis pull')).length

describe.skipIf(!hasRedisServer)('a connection', () => {
  it('that is killed again and again is not told again and again, and loses nothing', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await using b = await join(redis)
    const end = performance.now() + 3000
    let [killed, written] = [0, 0]
    const kill = async () => {
      killed += Number(await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))
    }
    while (performance.now() < end) {
      await kill()
      void a.put('one', ++written)
      void b.put(`b-${written % 10}`, written)
      a.count('one')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(killed).toBeGreaterThan(20)
    expect(a.lines.length).toBeLessThanOrEqual(8)
    // How often it fell from `up` in that time is a matter of chance.
    a.time.pass(60_000)
    for (let falls = 0; falls < 4; falls++) {
      await a.settled()
      await kill()
      await until('it has fallen', () => a.status.state !== 'up')
    }
    const last = await a.put('one', -1)
    expect(last.status).toBe('written')
    await until('all is counted', () => a.calls('one') === written && b.calls('one') === written)
    await until('nothing waits', () => a.status.pendingWrites + b.status.pendingWrites === 0)
    await until('both see the same', () => JSON.stringify(a.configs) === JSON.stringify(b.configs))
    expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('-1')
    expect(Object.keys(a.configs)).toHaveLength(11)
    // Damped: it stays `recovering` until it has held for a while, and tells nothing more.
    expect(a.status.state).toBe('recovering')
    a.time.pass(60_000)
    await a.settled()
  })

  it.each(['close', 'reset'] as const)(
    'that is cut (%s) is made anew, and what waits is sent',
    async (how) => {
      await using redis = await startRedis()
      await using proxy = await startProxy(redis.port)
      await using a = await join(proxy)
      await a.put('one', 1)
      proxy.hold('request')
      const waiting = a.put('one', 2)
      proxy.cut(how)
      await proxy.pass()
      await waiting
      await a.settled()
      expect(proxy.counts.cuts).toBeGreaterThanOrEqual(2)
      expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('2')
    },
  )

  it.each(['request', 'reply', 'both'] as const)(
    'that is half open (%s) is given up in time',
    async (direction) => {
      await using redis = await startRedis()
      await using proxy = await startProxy(redis.port)
      await using a = await join(proxy, { timeoutMs: 300 })
      await a.put('one', 1)
      proxy.blackhole(direction)
      expect((await a.put('one', 2)).durable).toBe('memory')
      a.count('one', 3)
      await a.is('down')
      expect(proxy.counts.request.swallowed + proxy.counts.reply.swallowed).toBeGreaterThan(0)
      await proxy.pass()
      await a.settled()
      await until('it is counted once', () => a.calls('one') === 3)
      expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('2')
      expect(await a.store.conflicts()).toEqual([])
    },
  )

  it('that delays, and brings every byte by itself, is no fault', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    proxy.splitBytes()
    proxy.delay(20)
    await using a = await join(proxy)
    expect((await a.put('one', { text: '北京'.repeat(50) })).durable).toBe('redis')
    a.count('one', 2)
    await until('it is counted', () => a.calls('one') === 2)
    expect(proxy.counts.reply.split).toBeGreaterThan(100)
    expect(proxy.counts.request.delayed).toBeGreaterThan(100)
    expect(a.lines).toEqual([])
  })

  it('that loses an answer has its write and its count repeated, and counted once', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy)
    await using b = await join(redis)
    await a.put('one', 1)
    proxy.dropReplies(1, { to: about(configOf('one')) })
    await a.put('one', 2)
    expect(proxy.counts.repliesDropped).toBe(1)
    await b.sees({ one: 2 })
    await a.settled()
    expect(a.verdicts).toEqual(['accepted', 'duplicate'])
    proxy.dropReplies(1, { to: about('tools:t:stats') })
    a.count('one', 5)
    await until('the answer is lost', () => proxy.counts.repliesDropped === 2)
    await a.settled()
    a.count('one', 1)
    await until('both know', () => a.calls('one') === 6 && b.calls('one') === 6)
    expect(await redis.command('HGET', `${a.prefix}tools:t:stats`, 'one:calls')).toBe('6')
    // Overwritten before it is repeated, it was there all the same.
    proxy.dropReplies(1, { to: about(configOf('one')) })
    proxy.hangUp()
    const first = a.put('one', 3)
    await b.sees({ one: 3 })
    await b.put('one', 4)
    await proxy.pass()
    await first
    await a.sees({ one: 4 })
    await a.settled()
    expect(proxy.counts.repliesDropped).toBe(3)
    expect(a.verdicts).toEqual(['accepted', 'duplicate', 'duplicate'])
    expect(await a.store.conflicts()).toEqual([])
  })

  it('that loses every message still tells what others counted by the time that it counts itself', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using b = await join(redis)
    await b.put('one', 1)
    await using a = await join(proxy, { beatMs: 3_600_000 })
    a.count('one')
    await until('both know', () => b.calls('one') === 1 && a.status.pendingWrites === 0)
    proxy.dropMessages()
    b.count('one', 5)
    await until('it is counted', async () => {
      return (await redis.command('HGET', `${a.prefix}tools:t:stats`, 'one:calls')) === '6'
    })
    expect(a.calls('one')).toBe(1)
    a.count('one')
    await until('all of it is known', () => a.calls('one') === 7 && b.calls('one') === 7)
    expect(proxy.counts.messagesDropped).toBeGreaterThan(0)
  })

  it('of one process of three that is cut off keeps only this one behind; both values of a conflict are kept', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using cut = await join(proxy, { timeoutMs: 300 })
    await using b = await join(redis)
    await using c = await join(redis)
    await b.put('shared', 'old')
    await cut.sees({ shared: 'old' })
    proxy.blackhole('both')
    await cut.put('shared', 'by the one cut off')
    await cut.put('own', 1)
    await b.put('shared', 'by another')
    await c.sees({ shared: 'by another' })
    expect(cut.configs).toEqual({ shared: 'by the one cut off', own: 1 })
    expect([b.lines, c.lines]).toEqual([[], []])
    await proxy.pass()
    await cut.settled()
    for (const member of [cut, b, c]) await member.sees({ shared: 'by another', own: 1 })
    const [conflict, ...more] = await b.store.conflicts()
    expect(more).toEqual([])
    expect([conflict?.loser.json, conflict?.winner.json]).toEqual(['"by the one cut off"', '"by another"'])
    // It was told as two who had written the same.
    const told = (await b.store.inspect()).find(({ name }) => name === 'conflicts')
    expect(told).toMatchObject({
      severity: 'ok',
      value: 1,
      text: expect.stringMatching(/^1 value was replaced/),
    })
    expect(told!.hint).toContain(`ZRANGE ${b.prefix}conflicts 0 -1`)
  })
})

describe.skipIf(!hasRedisServer)('a hint', () => {
  it('that is lost is made good by the next sign of life', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy)
    await using b = await join(redis)
    await a.settled()
    proxy.dropMessages()
    await b.put('one', 1)
    await a.sees({ one: 1 })
    expect(proxy.counts.messagesDropped).toBeGreaterThan(0)
    expect(a.lines).toEqual([])
  })

  it('of what a process wrote itself has it read nothing', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { beatMs: 60_000 })
    await using b = await join(redis)
    await a.put('one', -1)
    await a.settled()
    const before = pulls(a)
    proxy.forget()
    for (let n = 0; n < 20; n++) await a.put('one', n)
    await b.sees({ one: 19 })
    await until('its own hints came', () => proxy.counts.reply.delivered > 20 * 40)
    expect(pulls(a) - before).toBe(0)
    expect(proxy.counts.commands).toBe(20)
  })

  it.each([1, 5])('or not, an idle process asks once a period (%i processes)', async (others) => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { beatMs: 300 })
    const more = await Promise.all(Array.from({ length: others - 1 }, () => join(redis, { beatMs: 300 })))
    await a.settled()
    proxy.forget()
    const began = performance.now()
    await until('it has asked five times', () => proxy.counts.commands >= 5)
    expect(performance.now() - began).toBeGreaterThan(1150)
    expect(proxy.commands.filter(isScript)).toHaveLength(proxy.counts.commands)
    expect(proxy.counts.connections).toBe(0)
    for (const member of more) await member.store.close()
  })
})
