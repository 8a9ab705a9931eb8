import { setupStore } from '@mcpstore/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Box } from '../support/box.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

const HOUR = 3_600_000
const MINUTE = 60_000

afterEach(() => void vi.useRealTimers())

describe.skipIf(!hasRedisServer)('a machine whose clock is wrong', () => {
  it.each([
    ['an hour ahead', HOUR],
    ['an hour behind', -HOUR],
  ])('by %s tells times by the clock of Redis, and reckons by it', async (_, skewMs) => {
    await using redis = await startRedis()
    await using box = new Box()
    const options = { redis: redis.url, dataspace: 'd', logger: false as const }
    const dateOf = (text: string | null | undefined) => Date.parse(text ?? '') - now
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: now + skewMs })
    await using wrong = await setupStore({ ...options, home: box.path('wrong') })
    const ctx = wrong.forStore()
    await ctx.addService({ demo: fixtureServer(box), dead: { command: process.execPath, args: ['-e', ''] } })
    const own = await ctx.listTools('demo')
    expect(own.services[0]).toMatchObject({ source: 'live', stale: false })
    expect(Math.abs(dateOf(own.services[0]!.fetchedAt))).toBeLessThan(MINUTE)
    await ctx.connectService('dead').catch(() => {})
    const failureOf = async (store: typeof wrong) =>
      (await store.forStore().serviceInfo('dead')).facts.lastError
    await vi.waitFor(async () => expect(await failureOf(wrong)).not.toBeNull(), { timeout: 10_000 })
    expect((await ctx.serviceInfo('demo')).age).toBeLessThan(MINUTE)
    vi.useRealTimers()
    await using right = await setupStore({ ...options, home: box.path('right') })
    const [source] = (await right.forStore().listTools('demo', { offline: true })).services
    expect(source).toMatchObject({ source: 'cache', stale: false })
    expect(Math.abs(dateOf(source!.fetchedAt))).toBeLessThan(MINUTE)
    expect(source!.age).toBeLessThan(MINUTE)
    const { facts } = await right.forStore().serviceInfo('demo')
    expect([facts.tools, facts.health]).toEqual(['fresh', 'ok'])
    await vi.waitFor(async () => expect(await failureOf(right)).not.toBeNull(), { timeout: 10_000 })
    expect(Math.abs(dateOf((await failureOf(right))!.at))).toBeLessThan(MINUTE)
    for (const node of await right.nodes())
      expect(Math.abs(dateOf(node.started)), node.id).toBeLessThan(MINUTE)
  })
})
