import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { errorOf, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

const SECRET = 'the secret of this team'
const planted = 'words-in-an-environment'

describe.skipIf(!hasRedisServer)('who may write to Redis without the secret', () => {
  it('starts nothing with a signed and sealed config under another name, and harms no other service', async () => {
    await using redis = await startRedis()
    await using box = new Box()
    box.secrets.push(planted, SECRET)
    const env = { MCPSTORE_REDIS_URL: redis.url, MCPSTORE_SECRET: SECRET }
    const well = { ...fixtureServer(box), env: { API_TOKEN: planted } }
    const stdin = JSON.stringify({ mcpServers: { well } })
    expect(await mcpstore(box, ['add', '-'], { stdin, env })).toMatchObject({ exit: 0 })

    const [own, moved, wrong] = ['well', 'moved', 'wrong'].map(
      (name) => `default:default:services:${name}:config`,
    )
    const stored = JSON.parse(String(await redis.command('HGET', own!, 'v')))
    expect(stored).toMatchObject({
      signature: expect.any(Object),
      env: { API_TOKEN: expect.stringContaining('sealed:') },
    })
    await redis.command('COPY', own!, moved!)
    stored.description = '\u001b[2J\u001b]0;owned\u0007'
    await redis.command('COPY', own!, wrong!)
    await redis.command('HSET', wrong!, 'v', JSON.stringify(stored))

    for (const name of ['moved', 'wrong'])
      await redis.command('ZADD', 'default:default:index', '1', `services:${name}:config`)

    for (const form of [[], ['--json']])
      for (const command of [['list'], ['status'], ['info', 'wrong'], ['info', 'moved']]) {
        const { stdout, stderr } = await mcpstore(box, [...command, ...form], { env })
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
        expect(stdout + stderr, command.join(' ')).not.toMatch(/[\u0007\u001b]/)
      }
    for (const name of ['moved', 'wrong']) {
      const refused = await mcpstore(box, ['use-tool', `${name}/echo`, 'text=five', '--json'], { env })
      expect(refused.exit).toBe(3)
      expect(errorOf(refused)).toMatchObject({ code: 'untrusted' })
    }
    expect(existsSync(box.startFile)).toBe(false)
    expect(await mcpstore(box, ['use-tool', 'well/echo', 'text=five'], { env })).toMatchObject({ exit: 0 })
  }, 60_000)
})
