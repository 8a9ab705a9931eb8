import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { describe, expect, it } from 'vitest'
import { hasRedisServer, startRedis } from '../../../tests/support/redis-server.ts'

describe.skipIf(!hasRedisServer)('the dataspaces of a namespace', () => {
  it('are those that were opened in it and are there', async () => {
    await using server = await startRedis()
    const open = async (namespace: string, dataspace: string, lifetimeMs?: number) => {
      const backend = redisBackend({
        target: redisTarget({ url: server.url }),
        namespace,
        dataspace,
        ...(lifetimeMs !== undefined && { lifetimeMs }),
      })
      await backend.open()
      return backend
    }
    const opened = [
      await open('n', 'b c'),
      await open('n', 'a:b'),
      await open('n2', 'other'),
      // One that ends with its process is none that stays.
      await open('n', 'passing', 60_000),
    ]
    const [first] = opened as [(typeof opened)[0]]
    await server.command('ZADD', 'n::dataspaces', 1, 'gone')
    expect(await first.dataspaces!()).toEqual(['a:b', 'b c'])
    for (const backend of opened) await backend.close()
  })

  it('cannot be told where something else is in their place; all else works', async () => {
    await using server = await startRedis()
    await server.command('SET', 'n::dataspaces', 'foreign')
    const backend = redisBackend({ target: redisTarget({ url: server.url }), namespace: 'n', dataspace: 'd' })
    await backend.open()
    await expect(backend.dataspaces!()).rejects.toThrow(/^n::dataspaces: /)
    expect((await backend.pull(0)).records).toEqual([])
    expect(await server.command('GET', 'n::dataspaces')).toBe('foreign')
    await backend.close()
  })
})
