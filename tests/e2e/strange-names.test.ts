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
  it('of an agent that may not be is removed, too, and nothing else can be done with one', async () => {
    await using redis = await startRedis()
    await using box = new Box()
    const env = { MCPSTORE_REDIS_URL: redis.url }
    const run = (...argv: string[]) => mcpstore(box, argv, { env })
    expect(await run('add', 'well', 'https://example.com/mcp')).toMatchObject({ exit: 0 })
    expect(await run('assign', 'well', '--agent', 'good')).toMatchObject({ exit: 0 })
    const stranger = new Stranger(redis)
    const assigned = 'agents:good:services:well:assignment'
    const config = { type: 'http', url: 'https://example.com/mcp' }
    await stranger.plant('agents:a%2Fb:services:own:config', config, recordOf('well'))
    await stranger.plant('agents:a%2Fb:services:well:assignment', { allow: ['*'], deny: [] }, assigned)
    await stranger.plant('agents:good:services:c%2Fd:assignment', { allow: ['*'], deny: [] }, assigned)
    const keys = documentOf(await run('status', '--json')).quarantined.map(({ key }: { key: string }) => key)
    expect(keys.sort()).toEqual([
      'agents:a%2Fb:services:own:config',
      'agents:a%2Fb:services:well:assignment',
      'agents:good:services:c%2Fd:assignment',
    ])
    for (const argv of [
      ['add', 'more', 'https://example.com/mcp'],
      ['assign', 'well'],
    ]) {
      const refused = await run(...argv, '--agent', 'a/b')
      expect(refused, argv[0]).toMatchObject({ exit: 1, stderr: expect.stringContaining('"a/b"') })
    }
    expect(await run('remove', 'own', '--agent', 'a/b')).toMatchObject({ exit: 0, stdout: 'removed own\n' })
    expect(await run('unassign', 'well', '--agent', 'a/b')).toMatchObject({ exit: 0, stderr: '' })
    expect(await run('unassign', 'c/d', '--agent', 'good')).toMatchObject({ exit: 0, stderr: '' })
    expect(documentOf(await run('status', '--json')).quarantined).toEqual([])
    expect(await run('list', '--agent', 'a/b')).toMatchObject({ exit: 1 })
    expect(documentOf(await run('agents', '--json')).agents).toMatchObject([{ id: 'good' }])
  })
})
