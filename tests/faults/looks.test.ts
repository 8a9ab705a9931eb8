import { describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'

/** What there is of its dataspace. */
const keysOf = (redis: RedisServer, { prefix }: Member) => redis.command('KEYS', `${prefix}*`)

describe.skipIf(!hasRedisServer)('a look at a dataspace that nobody ever wrote to', () => {
  it('left it there: now it is gone with the last who looked', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await using b = await join(redis)
    await until('both are here', async () => (await redis.command('HLEN', `${a.prefix}nodes`)) === 2)
    await a.store.close()
    expect(await redis.command('EXISTS', `${a.prefix}meta`)).toBe(1)
    await b.store.close()
    expect(await keysOf(redis, a)).toEqual([])
  })

  it('leaves what was written, was removed or was cleared', async () => {
    await using redis = await startRedis()
    const work: [string, (member: Member) => Promise<unknown>][] = [
      ['written', (member) => member.put('one', 1)],
      ['removed', async (member) => [await member.put('one', 1), await member.put('one', undefined)]],
      ['cleared', (member) => member.store.clear()],
    ]
    for (const [dataspace, write] of work) {
      const first = await join(redis, { dataspace })
      await write(first)
      await first.store.close()
      const ids = await redis.command('HGET', `${first.prefix}meta`, 'ids')
      await (await join(redis, { dataspace })).store.close()
      expect(await redis.command('HGET', `${first.prefix}meta`, 'ids'), dataspace).toBe(ids)
      expect(ids).toMatch(/./)
    }
  })

  it('leaves what a newer version or somebody else has put beside ours', async () => {
    await using redis = await startRedis()
    const a = await join(redis)
    await redis.command('HSET', `${a.prefix}meta`, 'newer', 'field')
    await a.store.close()
    expect(await redis.command('HGET', `${a.prefix}meta`, 'newer')).toBe('field')
  })

  it('that ends in the moment another one comes takes nothing from it', async () => {
    await using redis = await startRedis()
    await using a = await join(redis, { beatMs: 3_600_000 })
    await a.settled()
    // As if it had come between the last look of the other and its end.
    expect(await redis.command('DEL', `${a.prefix}meta`, `${a.prefix}nodes`)).toBe(2)
    expect(await a.put('one', 1)).toMatchObject({ status: 'written', durable: 'redis' })
    expect(await redis.command('HGET', a.prefix + configOf('one'), 'v')).toBe('1')
    expect(a.lines).toEqual([])
  })
})
