import { Dataspace } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { hasRedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { startProxy } from '../../../tests/support/tcp-proxy.ts'

const SECRET = 'hunter2'

describe.skipIf(!hasRedisServer)("the host's own client", () => {
  test('is neither used nor closed; its address, password and database are ours too, its keyPrefix is not', async () => {
    await using redis = await startRedis({ config: [`requirepass ${SECRET}`] })
    await using proxy = await startProxy(redis.port)
    const client = new Redis({ port: proxy.port, password: SECRET, db: 2, keyPrefix: 'host:' })
    try {
      await client.set('own', 'kept')
      proxy.forget()
      const target = redisTarget({ client })
      const place = { namespace: 'n', dataspace: 'd' }
      const dataspace = new Dataspace({ backend: redisBackend({ target, ...place }), ...place })
      await dataspace.open()
      expect((await dataspace.put('services:one:config', 1)).durable).toBe('redis')
      expect(dataspace.status().location).toBe(`redis://localhost:${proxy.port}/2`)
      await redis.command('SELECT', 2)
      expect(await redis.command('HGET', 'n:d:services:one:config', 'v')).toBe('1')
      await dataspace.close()
      expect(proxy.counts.connections).toBe(2)
      expect(new Set(proxy.commands.map(({ connection }) => connection)).size).toBe(2)
      expect(proxy.commands.filter(({ args }) => args.some((arg) => arg.includes('host:')))).toEqual([])
      await expect.poll(() => proxy.open).toBe(1)
      expect(client.status).toBe('ready')
      expect(await client.get('own')).toBe('kept')
    } finally {
      client.disconnect()
    }
  })

  test('may be closed, or not connected yet: ours are connections of their own', async () => {
    await using redis = await startRedis()
    const client = new Redis({ port: redis.port, lazyConnect: true })
    const place = { namespace: 'n', dataspace: 'd' }
    const backend = redisBackend({ target: redisTarget({ client }), ...place })
    const dataspace = await new Dataspace({ backend, ...place }).open()
    expect(client.status).toBe('wait')
    client.disconnect()
    expect((await dataspace.put('services:one:config', 1)).durable).toBe('redis')
    await dataspace.close()
  })
})
