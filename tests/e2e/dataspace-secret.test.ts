import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { filesBelow, keysOf } from '../support/everything.ts'
import { documentOf, errorOf, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

const FIRST = 'the first secret of this team'
const SECOND = 'the second secret of this team'
const planted = 'words-in-an-environment'

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
    const keys = [...(await keysOf(redis)).values()].join('\n')
    const files = [here, there].flatMap(({ folder }) => [...filesBelow(folder).values()])
    expect(keys).toContain('sealed:')
    for (const text of [keys, ...files]) expect(text).not.toContain(planted)
  }, 60_000)
})

describe.skipIf(!hasRedisServer)('the key of a dataspace', () => {
  it('is derived once by a command that needs it, and by no other', async () => {
    await using redis = await startRedis()
    await using here = new Box()
    await using there = new Box()
    const env = { MCPSTORE_REDIS_URL: redis.url, MCPSTORE_SECRET: FIRST }
    const derivations = async (box: Box, command: string, stdin?: string): Promise<number> => {
      const argv = [...command.split(' '), '--debug']
      const { exit, stderr } = await mcpstore(box, argv, { env, ...(stdin && { stdin }) })
      expect(exit, command + stderr).toBe(0)
      return stderr.match(/derived the key/g)?.length ?? 0
    }
    const sealed = { ...fixtureServer(here), env: { API_TOKEN: planted } }
    const far = { url: 'https://far.invalid/mcp', headers: { 'X-Api-Key': planted } }
    const stdin = JSON.stringify({ mcpServers: { well: sealed, other: sealed, far } })
    expect(await derivations(here, 'add -', stdin)).toBe(1)
    for (const command of ['use-tool well/echo text=five', 'check well', 'list-tools other', 'doctor']) {
      expect(await derivations(here, command), command).toBe(1)
      expect(await derivations(there, command), command).toBe(1)
    }
    const none = ['status', 'nodes', 'agents', 'remove far']
    for (const command of ['list', 'info well', 'export all.json', 'assign well --agent a', ...none])
      expect(await derivations(here, command), command).toBe(0)
    // Nobody approved anything there: what is trusted, and why, its signature says.
    for (const command of ['list', 'export all.json'])
      expect(await derivations(there, command), command).toBe(1)
    await derivations(here, 'add -', stdin)
    for (const command of none) expect(await derivations(there, command), command).toBe(0)
  }, 300_000)
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
  const files = [...filesBelow(box.folder).values()].join('\n')
  expect(files).toContain('sealed:')
  expect(files).not.toContain(planted)
  expect(files).not.toContain(FIRST)
})
