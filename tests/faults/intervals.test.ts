import { setupStore } from '@mcpstore/core'
import { describe, expect, it } from 'vitest'
import { until } from '../support/processes.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

describe.skipIf(!hasRedisServer)('the option healthcheck_interval', () => {
  it('says how often an idle store asks: three times in it', async () => {
    await using redis = await startRedis()
    const open = async (healthcheck_interval: number) => {
      const proxy = await startProxy(redis.port)
      const place = { namespace: 'faults', dataspace: 'idle' }
      const store = await setupStore({
        redis: { url: proxy.url, healthcheck_interval, ...place },
        mirror: false,
        logger: false,
      })
      await until('it is up', () => store.status().state === 'up')
      const asked = () => proxy.commands.filter(({ name }) => name.startsWith('EVAL')).length
      const end = async () => {
        await store.close()
        await proxy[Symbol.asyncDispose]()
      }
      return { asked, end, proxy }
    }
    const stores = await Promise.all([0.6, 2.4, 3600].map(open))
    for (const { proxy } of stores) proxy.forget()
    const [often, seldom, never] = stores.map(({ asked }) => asked) as [
      () => number,
      () => number,
      () => number,
    ]
    await until('the first has asked twelve times', () => often() >= 12)
    // Four times as long an interval: three times, give or take where it began.
    expect(seldom()).toBeGreaterThanOrEqual(2)
    expect(seldom()).toBeLessThanOrEqual(4)
    expect(never()).toBe(0)
    for (const { proxy } of stores) expect(proxy.counts.connections).toBe(0)
    for (const { end } of stores) await end()
  })
})
