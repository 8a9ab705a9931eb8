import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { connectRedis } from './redis-connection.ts'
import { startSentinels } from './redis-sentinel.ts'
import { hasRedisServer } from './redis-server.ts'

// Slow: several seconds for each failover.
describe.skipIf(!hasRedisServer)('three sentinels', () => {
  it('swap master and replica on demand, and every sentinel tells the new address', async () => {
    await using redis = await startSentinels()
    const old = await redis.master()
    await old.command('SET', 'k', 'v')
    using subscriber = await connectRedis(redis.servers[1]!.port)
    await subscriber.send('SUBSCRIBE', '+switch-master')
    const server = await redis.failover()
    expect(server).toBe(redis.pair.replica)
    for (const sentinel of redis.servers) {
      const address = await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', redis.name)
      expect(address).toEqual(['127.0.0.1', String(server.port)])
    }
    const heard = ['message', '+switch-master', `main 127.0.0.1 ${old.port} 127.0.0.1 ${server.port}`]
    expect(await subscriber.next()).toEqual(heard)
    expect(await server.command('GET', 'k')).toBe('v')
    await expect(old.command('SET', 'k', 'w')).rejects.toMatchObject({ code: 'READONLY' })
  })

  it('put the replica into the place of a killed master, without what was written last', async () => {
    await using redis = await startSentinels()
    const { pair } = redis
    using client = await connectRedis(pair.master.port)
    await pair.master.command('SET', 'early', 'kept')
    await pair.inSync()
    await pair.pauseReplica()
    await pair.master.command('SET', 'late', 'acknowledged')
    const closed = once(client.socket, 'close')
    await pair.master.kill()
    await closed
    await pair.replica.resume()
    expect(await redis.failedOver(pair.master)).toBe(pair.replica)
    expect(await redis.master()).toBe(pair.replica)
    expect(await pair.replica.command('MGET', 'early', 'late')).toEqual(['kept', null])
    expect(await pair.replica.command('SET', 'k', 'w')).toBe('OK')
  })

  it('leave no process behind', async () => {
    await using redis = await startSentinels()
    const servers = [...redis.servers, ...redis.pair.servers]
    const pids = servers.map(({ pid }) => pid)
    await redis.killMaster()
    await redis[Symbol.asyncDispose]()
    expect(servers).toHaveLength(5)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})
