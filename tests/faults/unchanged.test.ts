import { describe, expect, it } from 'vitest'
import { configOf, join } from '../support/member.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { removeFolder, temporaryFolder } from '../support/temporary-folder.ts'

describe.skipIf(!hasRedisServer)('a write of what is there already', () => {
  it('is not told to be in Redis by a process that Redis never let in', async () => {
    await using redis = await startRedis()
    const home = temporaryFolder('mcpstore-unchanged-')
    try {
      const before = await join(redis, { mirror: `${home}/ws.db` })
      expect((await before.put('one', 1)).durable).toBe('redis')
      await before.store.close()
      await redis.restart({ keepData: false })
      await redis.command('CONFIG', 'SET', 'requirepass', 'changed')
      await using after = await join(redis, { mirror: `${home}/ws.db` })
      await after.is('auth')
      expect(await after.put('one', 1)).toMatchObject({ status: 'unchanged', durable: 'local' })
      await using bare = await join(redis)
      expect(await bare.put('one', undefined)).toMatchObject({ status: 'unchanged', durable: 'memory' })
    } finally {
      removeFolder(home)
    }
  })

  it('or was, for a moment, is told to be where the last value of its key is', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    const both = [1, 2].map((value) => ({ key: configOf('one'), value }))
    await redis.kill()
    await a.is('down')
    expect((await a.store.putAll(both)).map(({ durable }) => durable)).toEqual(['memory', 'memory'])
    await redis.restart()
    await a.settled()
    expect((await a.store.putAll(both)).map(({ durable }) => durable)).toEqual(['redis', 'redis'])
    expect(a.configs).toEqual({ one: 2 })
  })

  it('is not told to be in Redis under strict while Redis is away', async () => {
    await using redis = await startRedis()
    await using a = await join(redis, { policy: 'strict' })
    expect((await a.put('one', 1)).durable).toBe('redis')
    await redis.kill()
    await a.is('down')
    await expect(a.put('one', 1)).rejects.toMatchObject({ code: 'not_durable' })
    await redis.restart()
    await a.settled()
    expect(await a.put('one', 1)).toMatchObject({ status: 'unchanged', durable: 'redis' })
  })

  it('is told of the last of several values for one key, under strict too, and of no conflict', async () => {
    await using redis = await startRedis()
    await using a = await join(redis, { policy: 'strict' })
    const key = configOf('one')
    const told = await a.store.putAll([1, 2, 3].map((value) => ({ key, value })))
    expect(told.map(({ status, durable }) => [status, durable])).toEqual(Array(3).fill(['written', 'redis']))
    expect(await redis.command('HGET', a.prefix + key, 'v')).toBe('3')
    expect(a.configs).toEqual({ one: 3 })
    expect(await a.store.conflicts()).toEqual([])
  })
})
