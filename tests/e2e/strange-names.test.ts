import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { recordOf, Stranger } from '../support/stranger.ts'

describe.skipIf(!hasRedisServer)('a record of a name that no service may have', () => {
  it('is named until it is removed, and no mirror brings it back', async () => {
    await using redis = await startRedis()
    await using box = new Box()
    const env = { MCPSTORE_REDIS_URL: redis.url }
    const run = (...argv: string[]) => mcpstore(box, argv, { env })
    expect(await run('add', 'well', 'https://example.com/mcp')).toMatchObject({ exit: 0 })
    const config = { type: 'http', url: 'https://example.com/mcp' }
    await new Stranger(redis).plant(recordOf('a/b'), config, recordOf('well'))
    expect((await run('list')).stderr).toContain('services:a%2Fb:config')
    expect(await run('remove', 'a/b')).toMatchObject({ exit: 0, stdout: 'removed a/b\n' })
    expect(documentOf(await run('status', '--json')).quarantined).toEqual([])
    expect(await run('list')).toMatchObject({ exit: 0, stderr: '' })
    expect(await run('remove', 'a/b')).toMatchObject({ exit: 1 })
  })
})
