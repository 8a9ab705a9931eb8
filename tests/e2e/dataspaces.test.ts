import { existsSync } from 'node:fs'
import { setupStore } from '@mcpstore/core'
import { localFile } from '@mcpstore/storage'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

const ODD = ['Work 北京', 'a:b*', 'default', 'tab%09']

async function fill(box: Box, env: Record<string, string> = {}): Promise<void> {
  for (const dataspace of ODD) {
    const place = ['--namespace', 'team', '--dataspace', dataspace]
    await mcpstore(box, ['add', 'one', 'https://one.example.com', ...place], { env })
  }
  await mcpstore(box, ['add', 'x', 'https://x.example.com', '--namespace', 'team2'], { env })
}

const dataspaces = ['dataspaces', '--namespace', 'team']

/** A table as rows of its cells. */
const rows = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/))

it('the local dataspaces of the namespace are listed, and nothing is made', async () => {
  await using box = new Box()
  const none = await mcpstore(box, dataspaces)
  expect(none).toEqual({ exit: 0, stdout: 'there is no dataspace in namespace team\n', stderr: '' })
  expect(existsSync(box.home)).toBe(false)
  await fill(box)
  const { exit, stdout, stderr } = await mcpstore(box, dataspaces)
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  const [header, ...lines] = rows(stdout)
  expect(header).toEqual(['DATASPACE', 'KEYS', 'SIZE', 'LAST SEEN'])
  expect(lines.map(([name, keys]) => [name, keys])).toEqual(ODD.map((name) => [name, '1']))
  for (const line of lines)
    expect(line.slice(2)).toEqual([expect.stringMatching(/^\d+ kB$/), expect.stringMatching(/^\d+s ago$/)])
  const { namespace, ...told }: Foreign = documentOf(await mcpstore(box, [...dataspaces, '--json']))
  expect(namespace).toBe('team')
  expect(told.unnamed).toEqual([])
  expect(told.dataspaces.map(({ name }: Foreign) => name)).toEqual(ODD)
  // What the command says the library says too, of itself and of a store.
  const place = { local: true, home: box.home, namespace: 'team' } as const
  const store = await setupStore({ ...place, logger: false })
  const byStore = await store.listDataspaces()
  expect(byStore.dataspaces.map(({ name, keys }) => [name, keys])).toEqual(ODD.map((name) => [name, 1]))
  await store.close()
})

it('what names are taken for and what cannot be told is said', async () => {
  await using box = new Box()
  const long = '北'.repeat(100)
  await mcpstore(box, ['add', 'one', 'https://one.example.com', '--namespace', 'team', '--dataspace', long])
  const outcome = await mcpstore(box, dataspaces)
  expect(outcome).toMatchObject({ exit: 0, stdout: expect.stringContaining('no dataspace') })
  expect(outcome.stderr).toContain(localFile(box.home, 'team', long))
  const one = await mcpstore(box, [...dataspaces, '--dataspace', 'default'])
  expect(one).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('--dataspace') })
})

describe.skipIf(!hasRedisServer)('with Redis', () => {
  it('the same, by a user with the printed rights, who is not seen by looking', {
    timeout: 60_000,
  }, async () => {
    await using redis = await startRedis()
    await using box = new Box()
    await fill(box, { MCPSTORE_REDIS_URL: redis.url })
    const printed = await mcpstore(box, ['redis', 'acl', '--namespace', 'team'])
    const words = printed.stdout.trim().replace('>PASSWORD', '>secret').split(' ') as [string, ...string[]]
    await redis.command(...words)
    const env = { MCPSTORE_REDIS_URL: redis.url.replace('//', '//mcpstore:secret@') }
    // Hours ago, as far as Redis knows.
    for (const name of ['Work%20北京', 'a%3Ab%2A', 'default', 'tab%2509']) {
      await redis.command('ZADD', 'team::dataspaces', Date.now() - 3 * 3_600_000, name)
      await redis.command('DEL', `team:${name}:nodes`)
    }
    const before = ((await redis.command('KEYS', '*')) as string[]).sort()
    for (const look of [1, 2]) {
      const { exit, stdout, stderr } = await mcpstore(box, dataspaces, { env })
      expect({ look, exit, stderr }).toEqual({ look, exit: 0, stderr: '' })
      const [, ...lines] = rows(stdout)
      expect(lines).toEqual(ODD.map((name) => [name, '1', expect.stringMatching(/^\d+( kB| B)$/), '3h ago']))
    }
    const nobody = await mcpstore(box, ['dataspaces', '--namespace', 'team:x', '--json'], {
      env: { MCPSTORE_REDIS_URL: redis.url },
    })
    expect(documentOf(nobody)).toEqual({ namespace: 'team:x', dataspaces: [], unnamed: [] })
    expect(((await redis.command('KEYS', '*')) as string[]).sort()).toEqual(before)
    expect((await redis.stats()).calls).not.toHaveProperty('scan')
    await redis.command(...words, '-memory|usage')
    const narrow = await mcpstore(box, dataspaces, { env })
    expect(narrow.exit).toBe(0)
    for (const line of rows(narrow.stdout).slice(1))
      expect(line).toEqual([expect.any(String), '1', '-', '3h ago', expect.stringContaining('memory|usage')])
    const { dataspaces: told }: Foreign = documentOf(await mcpstore(box, [...dataspaces, '--json'], { env }))
    expect(told[2]).toEqual({
      name: 'default',
      keys: 1,
      bytes: null,
      lastSeen: expect.any(String),
      age: expect.any(Number),
      problem: expect.stringContaining('memory|usage'),
    })
  })

  it('an open store sees others and itself', async () => {
    await using redis = await startRedis()
    await using box = new Box()
    await fill(box, { MCPSTORE_REDIS_URL: redis.url })
    const store = await setupStore({
      redis: { url: redis.url, namespace: 'team', dataspace: 'mine' },
      home: box.home,
      logger: false,
    })
    const { dataspaces: told } = await store.listDataspaces()
    expect(told.map(({ name, keys }) => [name, keys])).toEqual([
      ['Work 北京', 1],
      ['a:b*', 1],
      ['default', 1],
      ['mine', 0],
      ['tab%09', 1],
    ])
    await store.close()
  })

  it.each([[['--policy', 'memory']], [[]]])(
    'which are there is not known when nobody answers %j',
    async (policy) => {
      await using box = new Box()
      const env = { MCPSTORE_REDIS_URL: 'redis://127.0.0.1:1' }
      const outcome = await mcpstore(box, [...dataspaces, ...policy, '--json'], { env })
      expect(outcome).toMatchObject({ exit: 5, stdout: '' })
      expect(errorOf(outcome)).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('unknown'),
        hint: expect.any(String),
      })
      expect(existsSync(localFile(box.home, 'team', 'default'))).toBe(false)
    },
  )
})
