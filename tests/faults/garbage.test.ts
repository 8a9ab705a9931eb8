import { describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'

/** What no field of a dataspace holds. */
const garbage = [
  '',
  'abc',
  '-1',
  '1.5',
  '99999999999999999999',
  '1e400',
  'nan',
  '\u001b[2J',
  '0 '.repeat(2000),
]

const CACHE = 'services:one:cache'
const STATS = 'tools:t:stats'

/** What goes on: writes to what was spoiled and to others, counts, and leases. */
async function goOn(member: Member, round: string): Promise<void> {
  expect(await member.put('other', round), round).toMatchObject({ durable: 'redis' })
  await member.put('one', round)
  await member.store.put(CACHE, round, { basis: member.store.get(configOf('one'))?.stamp ?? '' })
  for (const service of ['one', 'other']) member.count(service)
  await member.store.lease('work', 50)
  expect({ round, ...stateOf(member) }).toEqual({ round, state: 'up', reason: null })
}

function stateOf({ status: { state, reason } }: Member): { state: string; reason: string | null } {
  return { state, reason }
}

/** A dataspace with something in each kind of key. */
async function filled(redis: RedisServer): Promise<Member> {
  const a = await join(redis)
  for (const name of ['one', 'other']) await a.put(name, 1)
  await a.store.put(CACHE, 1, { basis: a.store.get(configOf('one'))!.stamp })
  a.count('one')
  await until('it is counted', async () => (await redis.command('EXISTS', a.prefix + STATS)) === 1)
  await redis.command('HSET', `${a.prefix}lease:work`, 'holder', 'x', 'until', '5', 'ttl', '5')
  return a
}

describe.skipIf(!hasRedisServer)('garbage that somebody writes', () => {
  it('into any field takes Redis away from nobody, and what others write goes on', async () => {
    await using redis = await startRedis()
    await using a = await filled(redis)
    const [shares] = (await redis.command('KEYS', `${a.prefix}shares:*`)) as string[]
    const ours = [configOf('one'), CACHE, STATS, 'lease:work', 'nodes'].map((key) => a.prefix + key)
    let spoiled = 0
    const spoil = async (key: string, fields: string[]): Promise<void> => {
      const sound = (await redis.command('HGETALL', key)) as [string, string]
      expect(sound, key).not.toEqual([])
      for (const field of fields.length > 0
        ? fields
        : [...sound.filter((_, at) => at % 2 === 0), 'another']) {
        for (const text of garbage) {
          await redis.command('HSET', key, ...sound, field, text)
          await goOn(a, `${key} ${field} ${text.slice(0, 20)}`)
          spoiled++
        }
      }
      await redis.command('HSET', key, ...sound)
    }
    for (const key of [...ours, shares!]) await spoil(key, [])
    await spoil(`${a.prefix}meta`, ['cleared', 'began'])
    expect(spoiled).toBeGreaterThan(200)
    expect(a.lines.filter((line) => line.includes(' is down'))).toEqual([])
  }, 120_000)

  it('under the name of a share, a lease or who counts does neither', async () => {
    await using redis = await startRedis()
    await using a = await filled(redis)
    const keys = ['shares:*', 'sharers', 'lease:work'].map((key) => a.prefix + key)
    for (const pattern of keys) {
      const [key] = (await redis.command('KEYS', pattern)) as [string]
      await redis.command('DEL', key)
      await redis.command('SET', key, 'foreign')
      await goOn(a, key)
      await redis.command('DEL', key)
    }
    expect(a.lines.filter((line) => line.includes(' is down'))).toEqual([])
  })

  it('into the revision itself is named for what it is', async () => {
    await using redis = await startRedis()
    await using a = await filled(redis)
    await redis.command('HSET', `${a.prefix}meta`, 'rev', 'abc')
    await a.put('other', 2)
    await a.is('down')
    expect(a.status.reason).toContain('holds something else where the dataspace keeps its own data')
    await redis.command('HSET', `${a.prefix}meta`, 'rev', '1000')
    await a.settled()
  })
})
