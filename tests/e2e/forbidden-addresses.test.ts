import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { startHttpServer } from '../support/servers.ts'

it.skipIf(!hasRedisServer)(
  'what another user put on this machine is reached by who allows or trusts it',
  async () => {
    await using writer = new Box()
    await using reader = new Box()
    const redis = await startRedis()
    try {
      const url = await startHttpServer(writer)
      const requests = async () => ((await (await fetch(new URL('/log', url))).json()) as Foreign).log.length
      const env = { MCPSTORE_REDIS_URL: redis.url }
      await mcpstore(writer, ['add', 'near', url], { env })

      const refused = await mcpstore(reader, ['wait', 'near', '--json'], { env })
      expect([refused.exit, errorOf(refused)]).toMatchObject([
        3,
        { code: 'forbidden_address', hint: expect.stringContaining('--allow-private-addresses') },
      ])
      expect(await requests()).toBe(0)

      expect(await mcpstore(reader, ['wait', 'near', '--allow-private-addresses'], { env })).toMatchObject({
        exit: 0,
      })
      const allowing = { ...env, MCPSTORE_ALLOW_PRIVATE_ADDRESSES: '1' }
      expect(await mcpstore(reader, ['wait', 'near'], { env: allowing })).toMatchObject({ exit: 0 })
      expect(await mcpstore(reader, ['wait', 'near'], { env })).toMatchObject({ exit: 3 })
      expect(await mcpstore(reader, ['trust', 'near', '--yes'], { env })).toMatchObject({ exit: 0 })
      expect(await mcpstore(reader, ['wait', 'near'], { env })).toMatchObject({ exit: 0 })
    } finally {
      await redis.stop()
    }
  },
)
