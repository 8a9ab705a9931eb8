import { setupStore } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

const MEGABYTE = 1_000_000

/** A server whose list of tools is this large. */
function largeServer(box: Box, megabytes: number) {
  const description = 'x'.repeat(MEGABYTE / 10)
  const tools = Array.from({ length: 10 * megabytes }, (_, n) => ({
    name: `tool-${n}`,
    description,
    inputSchema: { type: 'object' },
  }))
  return fixtureServer(box, { toolsFile: box.write(`tools-${megabytes}.json`, JSON.stringify(tools)) })
}

it.skipIf(!hasRedisServer)('a list of 10 MB is fetched once, and shared whole', async () => {
  await using redis = await startRedis()
  await using box = new Box()
  await using elsewhere = new Box()
  const env = { MCPSTORE_REDIS_URL: redis.url }
  const config = { mcpServers: { large: largeServer(box, 10) } }
  await mcpstore(box, ['add', JSON.stringify(config)], { env })
  const first = documentOf(await mcpstore(box, ['list-tools', '--json'], { env }))
  expect(first.tools).toHaveLength(100)
  const stored = await redis.command('HSTRLEN', 'default:default:services:large:cache', 'v')
  expect(stored).toBeGreaterThan(10 * MEGABYTE)
  const called = await mcpstore(box, ['call', 'large/tool-99'], { env })
  expect(called).toMatchObject({ exit: 0, stderr: '' })
  const starts = box.starts().length

  // On another machine, where nobody lets it start, and from its mirror while Redis is away.
  const second = documentOf(await mcpstore(elsewhere, ['list-tools', '--json'], { env }))
  expect(second.tools).toEqual(first.tools)
  await redis.kill()
  const third = await mcpstore(elsewhere, ['list-tools', '--json'], { env })
  expect(documentOf(third).tools).toEqual(first.tools)
  expect(box.starts()).toHaveLength(starts)
})

it.skipIf(!hasRedisServer)(
  'a list that no record can hold is named, of use, and hurts no other',
  async () => {
    await using redis = await startRedis()
    await using box = new Box()
    const lines: string[] = []
    const note = (line: string) => void lines.push(line)
    const logger = { debug: () => {}, info: note, warn: note, error: note }
    const redisOptions = { url: redis.url, dataspace: 'ws' }
    const store = await setupStore({ redis: redisOptions, home: box.home, logger })
    try {
      const ctx = store.forStore()
      await ctx.addService({ mcpServers: { huge: largeServer(box, 17), small: fixtureServer(box) } })
      for (const fresh of [false, true]) {
        const tools = await ctx.listTools('huge', { fresh })
        expect(tools).toHaveLength(170)
      }
      expect(lines).toEqual(['the tool list of service "huge" has more than 16 MiB and is not kept'])
      expect((await ctx.listTools('small')).length).toBeGreaterThan(0)
      const exists = (service: string) =>
        redis.command('HEXISTS', `default:ws:services:${service}:cache`, 'v')
      expect([await exists('huge'), await exists('small')]).toEqual([0, 1])
      expect(store.status()).toMatchObject({ state: 'up', pendingWrites: 0, parked: [] })
      expect(await ctx.useTool('huge/tool-169', {})).toMatchObject({ content: [{ type: 'text' }] })
    } finally {
      await store.close()
    }
  },
)
