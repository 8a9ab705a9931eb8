import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'

const SECRET = 'hunter2-correct-horse'

/** A limited user's rights; what is wrong with them is added. */
const RIGHTS = ['~faults:*', '&faults:*', '+@all', '-keys', '-scan', '-@admin', '-@dangerous', '+info']

async function asUser(redis: RedisServer, ...more: string[]): Promise<{ url: string }> {
  await redis.command('ACL', 'SETUSER', 'app', 'reset', 'on', `>${SECRET}`, ...RIGHTS, ...more)
  return { url: `redis://app:${SECRET}@127.0.0.1:${redis.port}` }
}

function expectSecretKept(member: Member): void {
  const { status } = member
  const told = [...member.log, JSON.stringify(status), status.error?.message, status.error?.hint]
  const causes = [status.error?.cause, status.error?.stack].map((cause) =>
    JSON.stringify(cause, Object.getOwnPropertyNames(cause ?? {})),
  )
  expect([...told, ...causes].join('\n')).not.toContain(SECRET)
}

describe.skipIf(!hasRedisServer)('a server that refuses the user', () => {
  it.each([
    ['a wrong password', `:wrong-${SECRET}@`, /refuses the username or password/],
    ['a wrong user', `nobody:${SECRET}@`, /refuses the username or password/],
    ['no password', '', /wants a password/],
  ])('for %s is told once, and used once it lets us in', async (_, credentials, reason) => {
    await using redis = await startRedis({ config: [`requirepass ${SECRET}`] })
    await using a = await join({ url: `redis://${credentials}127.0.0.1:${redis.port}` })
    await a.is('auth')
    expect(a.status).toMatchObject({ backend: 'memory', reason: expect.stringMatching(reason) })
    expect((await a.put('one', 1)).durable).toBe('memory')
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(a.lines).toEqual([expect.stringMatching(/^warn storage: redis is auth, was connecting/)])
    expectSecretKept(a)
    const let_in =
      credentials === '' ? ['nopass'] : ['on', '~*', '&*', '+@all', `>wrong-${SECRET}`, `>${SECRET}`]
    const user = credentials.startsWith('nobody') ? 'nobody' : 'default'
    await redis.command('ACL', 'SETUSER', user, ...let_in)
    await a.settled()
    expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('1')
    expect(a.lines).toHaveLength(2)
  })

  it('of a cluster is told as such, and the password is on none of the errors behind it', async () => {
    await using redis = await startRedis({ config: ['cluster-enabled yes', 'requirepass other'] })
    const cluster = [{ host: '127.0.0.1', port: redis.port }]
    await using a = await join(redis, { address: { cluster, password: SECRET } })
    await a.is('auth')
    expect(a.status.reason).toMatch(/refuses the username or password/)
    const inspecting = await a.store.inspect().catch((thrown: unknown) => thrown)
    const all = inspect([a.status, a.log, inspecting], { depth: 20, showHidden: true })
    expect(all).toContain('Failed to refresh slots cache')
    expect(all).not.toContain(SECRET)
  })

  it('because a password was set meanwhile is noticed at the next connection', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await a.put('one', 1)
    await redis.command('CONFIG', 'SET', 'requirepass', SECRET)
    expect((await a.put('two', 2)).durable).toBe('redis')
    expect(Number(await redis.command('CLIENT', 'KILL', 'TYPE', 'normal'))).toBeGreaterThan(0)
    await a.is('auth')
    expect(a.configs).toEqual({ one: 1, two: 2 })
    expect((await a.put('three', 3)).durable).toBe('memory')
    expectSecretKept(a)
    await redis.command('CONFIG', 'SET', 'requirepass', '')
    await a.settled()
    expect(await redis.command('HGET', `${a.prefix}${configOf('three')}`, 'v')).toBe('3')
    expect(a.lines.filter((line) => line.includes('is auth'))).toHaveLength(1)
  })
})

describe.skipIf(!hasRedisServer)('a user without some right', () => {
  it('but with those that are needed does everything, never with KEYS or SCAN', async () => {
    await using redis = await startRedis()
    const app = await asUser(redis)
    await using a = await join(app)
    await using b = await join(app)
    await a.put('one', 1)
    a.count('one', 2)
    await b.sees({ one: 1 })
    expect((await a.store.lease('x', 1000)).granted).toBe(true)
    await b.store.putIf(configOf('one'), 2, a.store.get(configOf('one'))!.stamp)
    await a.sees({ one: 2 })
    await a.store.clear()
    await b.sees({})
    await b.put('two', 2)
    await redis.restart({ keepData: false })
    await asUser(redis)
    await Promise.all([a.settled(), b.settled()])
    await a.sees({ two: 2 })
    expect(a.status.missing).toEqual([])
    const { calls } = await redis.stats()
    expect(Object.keys(calls).filter((name) => /^(keys|scan|flush|hscan)/.test(name))).toEqual([])
  })

  it('to run scripts, or to the keys, says so and goes on in memory', async () => {
    await using redis = await startRedis()
    for (const [rights, reason] of [
      [['-evalsha', '-eval'], /evalsha/],
      [['resetkeys', '~other:*'], /may not write its key/],
    ] as const) {
      await using a = await join(await asUser(redis, ...rights))
      expect(a.status).toMatchObject({
        backend: 'memory',
        state: 'auth',
        reason: expect.stringMatching(reason),
      })
      expect((await a.put('one', 1)).durable).toBe('memory')
      expectSecretKept(a)
      await asUser(redis)
      await a.settled()
    }
    expect((await redis.stats()).info['errorstat_NOPERM']).toBeDefined()
  })

  it('to one key keeps that write back, named, and sends the others', async () => {
    await using redis = await startRedis()
    const keys = ['meta', 'index', 'nodes', 'conflicts', 'shares:*', 'services:free:*'].map(
      (key) => `~faults:shared:${key}`,
    )
    await using a = await join(await asUser(redis, 'resetkeys', ...keys))
    expect(await a.put('free', 1)).toMatchObject({ durable: 'redis' })
    const held = await a.put('closed', 2)
    expect(held).toMatchObject({
      status: 'written',
      durable: 'memory',
      problem: 'this user may not write its key',
    })
    expect(await a.put('free', 3)).toMatchObject({ durable: 'redis' })
    expect(a.status).toMatchObject({
      state: 'up',
      parked: [{ key: configOf('closed'), problem: 'this user may not write its key' }],
    })
    expect(a.configs).toEqual({ free: 3, closed: 2 })
    expect(a.lines).toEqual([expect.stringContaining(configOf('closed'))])
    // With the right, and another connection, it is sent.
    await asUser(redis)
    await redis.command('CLIENT', 'KILL', 'USER', 'app')
    const stored = () => redis.command('HGET', `${a.prefix}${configOf('closed')}`, 'v')
    await until('it is stored', async () => (await stored()) === '2')
    await until('nothing is kept back', () => a.status.parked.length === 0)
  })

  it('to publish or subscribe sees changes later, and says so', async () => {
    await using redis = await startRedis()
    const deaf = await asUser(redis, 'resetchannels', '-publish', '-subscribe')
    await using a = await join(deaf)
    await using b = await join(redis)
    expect(a.status.missing).toEqual([
      expect.stringMatching(/^SUBSCRIBE to faults:shared:changes: /),
      expect.stringMatching(/^PUBLISH to faults:shared:changes: /),
    ])
    expect(a.status.state).toBe('up')
    await b.put('from-b', 1)
    await a.sees({ 'from-b': 1 })
    await a.put('from-a', 2)
    await b.sees({ 'from-a': 2, 'from-b': 1 })
    expect((await redis.stats()).info['errorstat_NOPERM']).toBeDefined()
  })

  it('to commands that were renamed does without them, or says so', async () => {
    const hidden = ['CONFIG', 'INFO', 'CLIENT'].map((name) => `rename-command ${name} ""`)
    await using redis = await startRedis({ config: hidden })
    await using a = await join(redis)
    expect((await a.put('one', 1)).durable).toBe('redis')
    expect(a.status).toMatchObject({ state: 'up', missing: [expect.stringMatching(/^INFO: /)] })
    await redis.restart({ keepData: false })
    await a.settled()
    expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('1')
    await using bare = await startRedis({ config: ['rename-command EVALSHA ""'] })
    await using b = await join(bare)
    expect(b.status).toMatchObject({ state: 'auth', reason: expect.stringContaining('unknown command') })
  })
})
