import { describe, expect, it } from 'vitest'
import { join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

const LONG_MS = 700_000

describe.skipIf(!hasRedisServer)('a server that lost the index', () => {
  it('and nothing else shows newcomers records and counts again once somebody has compared', async () => {
    await using redis = await startRedis()
    await using member = await join(redis)
    await member.put('one', 1)
    await member.put('two', 2)
    await member.put('two', undefined)
    member.count('one', 3)
    await until('it is counted', () => member.calls('one') === 3)
    expect(await redis.command('DEL', `${member.prefix}index`)).toBe(1)
    member.time.pass(LONG_MS)
    await until('all three have their place again', async () => {
      await member.store.refresh()
      return (await redis.command('ZCARD', `${member.prefix}index`)) === 3
    })
    await using newcomer = await join(redis)
    await newcomer.sees({ one: 1 })
    expect(newcomer.calls('one')).toBe(3)
    expect(member.verdicts.filter((verdict) => verdict === 'duplicate')).toHaveLength(2)
  })
})
