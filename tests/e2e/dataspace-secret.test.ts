import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, errorOf, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

const FIRST = 'the first secret of this team'
const SECOND = 'the second secret of this team'
const planted = 'words-in-an-environment'

/** All that lies in the files below a folder. */
function filesBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')
}

const readers: Record<string, (key: string) => string[]> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  set: (key) => ['SMEMBERS', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  zset: (key) => ['ZRANGE', key, '0', '-1'],
  stream: (key) => ['XRANGE', key, '-', '+'],
}

/** All that a Redis holds, keys and values. */
async function allOf(redis: RedisServer): Promise<string> {
  const seen: unknown[] = []
  let cursor = '0'
  do {
    const [next, keys] = (await redis.command('SCAN', cursor)) as [string, string[]]
    cursor = String(next)
    for (const key of keys) {
      const type = String(await redis.command('TYPE', key))
      seen.push(key, await redis.command(...(readers[type]!(key) as [string])))
    }
  } while (cursor !== '0')
  return JSON.stringify(seen)
}

describe.skipIf(!hasRedisServer)('a secret of the dataspace', () => {
  it('lets another machine use what one added; without it, or with another, nothing is started', async () => {
    await using redis = await startRedis()
    await using here = new Box()
    await using there = new Box()
    for (const box of [here, there]) box.secrets.push(planted, FIRST, SECOND)
    const shared = { MCPSTORE_REDIS_URL: redis.url }
    const entry = { ...fixtureServer(here), env: { API_TOKEN: planted } }
    const stdin = JSON.stringify({ mcpServers: { well: entry } })
    const env = { ...shared, MCPSTORE_SECRET: FIRST }
    expect(await mcpstore(here, ['add', '-'], { stdin, env })).toMatchObject({ exit: 0 })

    const call = (own: Record<string, string>) =>
      mcpstore(there, ['use-tool', 'well/echo', 'text=five', '--json'], { env: { ...shared, ...own } })
    expect((await call({ MCPSTORE_SECRET: FIRST })).exit).toBe(0)
    expect((await call({ MCPSTORE_SECRET: SECOND, MCPSTORE_SECRET_PREVIOUS: FIRST })).exit).toBe(0)
    const file = there.write('secret', `${SECOND}\n${FIRST}\n`, 0o600)
    expect((await call({ MCPSTORE_SECRET_FILE: file })).exit).toBe(0)
    const started = readFileSync(here.startFile, 'utf8')
    expect(started).not.toBe('')
    for (const own of [{}, { MCPSTORE_SECRET: SECOND }]) {
      const refused = await call(own)
      expect(refused.exit).toBe(3)
      expect(errorOf(refused)).toMatchObject({
        code: 'untrusted',
        hint: expect.stringContaining('MCPSTORE_SECRET'),
      })
    }

    expect(await mcpstore(there, ['trust', 'well', '--yes'], { env: shared })).toMatchObject({ exit: 0 })
    for (const own of [{}, { MCPSTORE_SECRET: SECOND }]) {
      const refused = await call(own)
      expect(refused.exit).toBe(3)
      expect(errorOf(refused)).toMatchObject({
        code: 'sealed',
        hint: expect.stringContaining('MCPSTORE_SECRET'),
      })
    }

    expect(readFileSync(here.startFile, 'utf8')).toBe(started)
    const everything = [await allOf(redis), filesBelow(here.folder), filesBelow(there.folder)]
    expect(everything[0]).toContain('sealed:')
    for (const text of everything) expect(text).not.toContain(planted)
  }, 60_000)
})

it('nothing below the home folder holds what was sealed', async () => {
  await using box = new Box()
  box.secrets.push(planted, FIRST)
  const env = { MCPSTORE_SECRET: FIRST }
  const stdin = JSON.stringify({
    mcpServers: { well: { ...fixtureServer(box), env: { API_TOKEN: planted } } },
  })
  expect(await mcpstore(box, ['add', '-', '--json'], { stdin, env })).toMatchObject({ exit: 0 })
  expect(await mcpstore(box, ['use-tool', 'well/echo', 'text=five'], { env })).toMatchObject({ exit: 0 })
  const { config } = documentOf(await mcpstore(box, ['info', 'well', '--json'], { env }))
  expect(config.env.API_TOKEN).toBe('***')
  const files = filesBelow(box.folder)
  expect(files).toContain('sealed:')
  expect(files).not.toContain(planted)
  expect(files).not.toContain(FIRST)
})
