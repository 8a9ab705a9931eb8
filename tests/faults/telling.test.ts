import { Dataspace, loggedBackend } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { describe, expect, it } from 'vitest'
import { configOf, join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

describe.skipIf(!hasRedisServer)('how old what is shown may be', () => {
  it('is told from the last answer on, and not at all before there was one', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await a.settled()
    expect(a.status.staleMs).toBeLessThan(60_000)
    await redis.kill()
    await a.is('down')
    a.time.skewMs += 60_000
    expect(a.status.staleMs).toBeGreaterThanOrEqual(60_000)
    await using late = await join(redis)
    expect(late.status.staleMs).toBeNull()
    await redis.restart()
    await a.settled()
    expect(a.status.staleMs).toBeLessThan(60_000)
  })
})

describe.skipIf(!hasRedisServer)('a logger that throws', () => {
  it('stops nothing: the server is come back to', async () => {
    await using redis = await startRedis()
    const broken = () => {
      throw new Error('the log is full')
    }
    const logger = { debug: broken, info: broken, warn: broken, error: broken }
    const place = { namespace: 'faults', dataspace: 'shared' }
    const backend = loggedBackend(redisBackend({ ...place, target: redisTarget({ url: redis.url }) }), logger)
    const dataspace = await new Dataspace({ ...place, backend, logger }).open()
    await redis.kill()
    await until('it is down', () => dataspace.status().state === 'down')
    await dataspace.put(configOf('one'), 1)
    await redis.restart()
    await until('it is sent', () => dataspace.status().pendingWrites === 0)
    await dataspace.close()
  })
})
