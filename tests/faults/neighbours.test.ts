import { keyPrefix, recordKey } from '@mcpstore/storage'
import { describe, expect, it } from 'vitest'
import { join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'

/** Keys of every kind of name that is near ours, and the sum of all they hold. */
const MAKE = `for i = 1, 20000 do redis.call('SET', KEYS[1 + i % #KEYS] .. i, i) end`
const SUM = `local sum = ''
for i = 1, 20000 do sum = redis.sha1hex(sum .. tostring(redis.call('GET', KEYS[1 + i % #KEYS] .. i))) end
return sum`

/** All that a dataspace holds, but for the signs of life. */
async function contentOf(redis: RedisServer, { prefix }: Member): Promise<unknown> {
  const members = (await redis.command('ZRANGE', `${prefix}index`, 0, -1)) as string[]
  const hashes = members.map((member) => redis.command('HGETALL', prefix + member))
  return [members, await redis.command('HGETALL', `${prefix}meta`), await Promise.all(hashes)]
}

describe.skipIf(!hasRedisServer)('the keys of others', () => {
  it('are not touched: 20,000 beside ours, and namespaces that begin alike', async () => {
    await using redis = await startRedis()
    const prefixes = [
      'app',
      'app:',
      'app:one',
      'app:one:x',
      'app:one:services:',
      'app2:one:meta',
      '{app:one}:',
    ]
    const names = prefixes.map((prefix) => `${prefix}-foreign-`)
    await redis.command('EVAL', MAKE, names.length, ...names)
    const sum = await redis.command('EVAL', SUM, names.length, ...names)
    const size = Number(await redis.command('DBSIZE'))
    expect(size).toBe(20_000)
    await using other = await join(redis, { namespace: 'app2', dataspace: 'one', beatMs: 60_000 })
    await using longer = await join(redis, { namespace: 'app', dataspace: 'one:x', beatMs: 60_000 })
    for (const member of [other, longer]) {
      await member.put('theirs', 1)
      member.count('theirs')
      await until(
        'it is counted',
        async () => Number(await redis.command('EXISTS', `${member.prefix}tools:t:stats`)) === 1,
      )
    }
    const before = await contentOf(redis, other)
    await using a = await join(redis, { namespace: 'app', dataspace: 'one' })
    await a.put('one', 1)
    await a.put('two', 2)
    await a.put('two', undefined)
    a.count('one', 3)
    await a.store.lease('refresh', 1000)
    await until(
      'it is counted',
      async () => (await redis.command('EXISTS', `${a.prefix}tools:t:stats`)) === 1,
    )
    expect(await a.store.clear()).toBe('redis')
    await a.put('three', 3)
    expect(a.configs).toEqual({ three: 3 })
    expect(await redis.command('EVAL', SUM, names.length, ...names)).toBe(sum)
    expect(await contentOf(redis, other)).toEqual(before)
    expect(longer.configs).toEqual({ theirs: 1 })
    const { calls } = await redis.stats()
    expect(Object.keys(calls).filter((name) => /^(keys|.?scan|flush)/.test(name))).toEqual([])
  })

  it('are not met by names with other characters in them', async () => {
    await using redis = await startRedis()
    await using plain = await join(redis, { namespace: 'a', dataspace: 'b' })
    const names = [
      'a:b',
      'a*',
      'a?[b]',
      '"a"',
      "'a'",
      '{a}',
      '{a}:{b}',
      'a b\n',
      '北京 ☂',
      '%41',
      '..',
      'a\\',
      '\0',
    ]
    for (const name of names) {
      const options = { namespace: name, dataspace: name }
      const key = recordKey({ scope: 'store', service: name, kind: 'config' })
      await using a = await join(redis, options)
      expect(await a.store.put(key, { name })).toMatchObject({ status: 'written', durable: 'redis' })
      await using b = await join(redis, options)
      expect(b.store.list('').map(({ value }) => value)).toEqual([{ name }])
      expect(Number(await redis.command('EXISTS', keyPrefix(name, name) + key))).toBe(1)
    }
    expect(plain.configs).toEqual({})
    const channel = `${keyPrefix('a*', 'a*')}changes`
    expect(channel).toBe('a%2A:a%2A:changes')
  })
})
