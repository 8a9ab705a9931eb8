import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, errorOf, mcpstore } from '../support/mcpstore.ts'
import { startProxiedRedis } from '../support/proxied-redis.ts'
import { hasRedisServer } from '../support/redis-server.ts'

const weather = ['add', 'weather', 'https://example.com/${CITY}', '--json']
const isTheWrite = ({ args }: { args: string[] }): boolean => args.includes('services:weather:config')

describe.skipIf(!hasRedisServer)('a change that was done and whose answer was lost', () => {
  it.each([
    ['add --policy strict', [...weather, '--policy', 'strict']],
    ['add --if-absent', [...weather, '--if-absent']],
  ])('%s: it was called not done; nobody can know, and the exit code is 4', async (_, argv) => {
    await using box = new Box()
    await using scene = await startProxiedRedis()
    const { proxy, redis } = scene
    const env = { MCPSTORE_REDIS_URL: proxy.url }
    // The first merge makes the script known, and what is asked next is done at once.
    await mcpstore(box, ['add', 'other', 'https://example.com/mcp'], { env })
    proxy.dropReplies(1, { to: isTheWrite })
    const added = await mcpstore(box, argv, { env })
    expect(proxy.counts.repliesDropped).toBe(1)
    expect(added.exit).toBe(4)
    const { code, message, hint } = errorOf(added)
    expect(code).toBe('outcome_unknown')
    expect(message).toContain('redis may have done it or not')
    expect(hint).toBe('Read the value again once it answers. Next: mcpstore doctor')
    expect(await redis.command('HEXISTS', 'default:default:services:weather:config', 'v')).toBe(1)
    // What this user wanted stays approved: it is there after all.
    const listed = await mcpstore(box, ['list', '--json'], { env })
    expect(documentOf(listed).services).toMatchObject([
      { name: 'other' },
      { name: 'weather', facts: { trusted: true } },
    ])
  })

  it('remove --policy strict says so as well', async () => {
    await using box = new Box()
    await using scene = await startProxiedRedis()
    const { proxy } = scene
    const env = { MCPSTORE_REDIS_URL: proxy.url, MCPSTORE_POLICY: 'strict' }
    expect(await mcpstore(box, weather, { env })).toMatchObject({ exit: 0 })
    proxy.dropReplies(1, { to: isTheWrite })
    const removed = await mcpstore(box, ['remove', 'weather'], { env })
    expect(removed).toMatchObject({ exit: 4, stdout: '' })
    expect(removed.stderr).toContain('redis may have done it or not: ')
    expect(documentOf(await mcpstore(box, ['list', '--json'], { env })).services).toEqual([])
  })
})

describe.skipIf(!hasRedisServer)('a change under the policy strict while Redis is away', () => {
  it('ends with 5, and nothing of it is kept, here or there', async () => {
    await using box = new Box()
    await using scene = await startProxiedRedis()
    const { proxy, redis } = scene
    const env = { MCPSTORE_REDIS_URL: proxy.url, MCPSTORE_POLICY: 'strict' }
    await proxy.refuse()
    const added = await mcpstore(box, weather, { env })
    expect(added).toMatchObject({ exit: 5, stdout: '' })
    expect(errorOf(added).code).toBe('unavailable')
    await proxy.pass()
    proxy.dropRequests(Number.POSITIVE_INFINITY, { to: isTheWrite })
    const cut = await mcpstore(box, weather, { env })
    expect(proxy.counts.requestsDropped).toBeGreaterThan(0)
    expect(cut).toMatchObject({ exit: 4, stdout: '' })
    await proxy.pass()
    expect(existsSync(box.path('home/redis'))).toBe(false)
    expect(documentOf(await mcpstore(box, ['list', '--json'], { env })).services).toEqual([])
    await redis.command('CONFIG', 'SET', 'maxmemory', 1)
    const full = await mcpstore(box, weather, { env })
    expect(full).toMatchObject({ exit: 5, stdout: '' })
    expect(errorOf(full)).toMatchObject({
      code: 'not_durable',
      message: expect.stringContaining('nothing was written'),
    })
    await redis.command('CONFIG', 'SET', 'maxmemory', 0)
    expect(documentOf(await mcpstore(box, ['list', '--json'], { env })).services).toEqual([])
  })
})
