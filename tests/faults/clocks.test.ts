import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR
const LIMIT = 60_000

const msOf = (stamp: string) => Number.parseInt(stamp.slice(0, 12), 16)

describe.skipIf(!hasRedisServer)('a clock that is wrong', () => {
  let redis: RedisServer
  let dataspaces = 0
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis?.stop())

  const stampOf = async ({ prefix }: Member, service: string) =>
    String(await redis.command('HGET', `${prefix}${configOf(service)}`, 's'))

  it.each([
    ['an hour ahead', HOUR],
    ['an hour behind', -HOUR],
    ['a year ahead', YEAR],
    ['a year behind', -YEAR],
  ])('by %s, in a client, does not matter: the order is that of the server', async (_, skewMs) => {
    const dataspace = `client ${++dataspaces}`
    await using right = await join(redis, { dataspace })
    await using wrong = await join(redis, { dataspace, skewMs })
    const stamps: string[] = []
    for (let n = 0; n < 6; n++) {
      const [writer, reader] = n % 2 ? [right, wrong] : [wrong, right]
      const { stamp, status, durable } = await writer.put('one', n)
      expect([status, durable]).toEqual(['written', 'redis'])
      stamps.push(stamp)
      await reader.sees({ one: n })
    }
    expect(stamps).toEqual([...stamps].sort())
    expect(Math.abs(msOf(stamps.at(-1)!) - Date.now())).toBeLessThan(LIMIT)
    expect(await right.store.conflicts()).toEqual([])
  })

  it('from the beginning, without the server, has its writes stamped anew; lists stay under their configs', async () => {
    const dataspace = `early ${++dataspaces}`
    await using server = await startRedis()
    await server.kill()
    await using early = await join(server, { dataspace, skewMs: YEAR })
    await early.is('down')
    const { stamp } = await early.put('one', 1)
    expect(msOf(stamp)).toBeGreaterThan(Date.now() + YEAR - LIMIT)
    await early.store.put('services:one:cache', ['tool'], { basis: stamp })
    await server.restart()
    await early.settled()
    expect(early.verdicts.slice(0, 2)).toContain('future')
    await using fresh = await join(server, { dataspace })
    await fresh.sees({ one: 1 })
    for (const { store } of [early, fresh]) {
      expect(store.get('services:one:cache')?.value).toEqual(['tool'])
      expect(store.get('services:one:cache')?.basis).toBe(store.get(configOf('one'))?.stamp)
      expect(msOf(store.get(configOf('one'))!.stamp)).toBeLessThan(Date.now() + LIMIT)
    }
  })

  it('steps back and forth while stamps only rise', async () => {
    const dataspace = `steps ${++dataspaces}`
    await using a = await join(redis, { dataspace })
    const stamps: string[] = []
    for (const skew of [0, -10_000, 20_000, -HOUR, HOUR, 0]) {
      a.time.skewMs = skew
      stamps.push((await a.put('one', skew)).stamp, (await a.put('two', skew)).stamp)
    }
    expect(stamps.filter((stamp) => stamp === '')).toEqual([])
    await a.settled()
    await using fresh = await join(redis, { dataspace })
    await fresh.sees({ one: 0, two: 0 })
    expect(a.status.pendingWrites).toBe(0)
    expect(msOf(await stampOf(a, 'one'))).toBeLessThan(Date.now() + LIMIT)
  })

  it('in the server, a year ahead for a while, leaves no record that could not be replaced', async () => {
    const dataspace = `server ${++dataspaces}`
    let ahead = 0
    const serverNow = () => Date.now() + ahead
    await using a = await join(redis, { dataspace, serverNow })
    await using b = await join(redis, { dataspace, serverNow })
    await a.put('one', 1)
    await b.sees({ one: 1 })
    ahead = YEAR
    // Both learn of it from the answers.
    await until('it writes in that time', async () => {
      await a.put('one', { at: Date.now() })
      return msOf(await stampOf(a, 'one')) > Date.now() + HOUR
    })
    await a.put('stray', 1)
    await until('both see it', () => b.get('stray') === 1)
    ahead = 0
    expect((await b.put('one', 2)).status).toBe('written')
    await until('the strays have a stamp of today', async () => {
      await Promise.all([a.store.refresh(), b.store.refresh()])
      const stamps = await Promise.all(['one', 'stray'].map((name) => stampOf(a, name)))
      return stamps.every((stamp) => msOf(stamp) < Date.now() + LIMIT)
    })
    await Promise.all([a.settled(), b.settled()])
    await using fresh = await join(redis, { dataspace, serverNow })
    for (const member of [a, b, fresh]) await member.sees({ one: 2, stray: 1 })
  })

  it('in the server while all is cleared forbids no write afterwards', async () => {
    const dataspace = `cleared ${++dataspaces}`
    let ahead = YEAR
    const serverNow = () => Date.now() + ahead
    await using a = await join(redis, { dataspace, serverNow })
    await a.put('one', 1)
    expect(await a.store.clear()).toBe('redis')
    ahead = 0
    await a.put('one', 2)
    await a.settled()
    await using fresh = await join(redis, { dataspace, serverNow })
    await fresh.sees({ one: 2 })
    expect((await fresh.put('two', 2)).durable).toBe('redis')
    await a.sees({ one: 2, two: 2 })
  })
})
