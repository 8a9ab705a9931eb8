import { existsSync } from 'node:fs'
import { localFile } from '@mcpstore/storage'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

const SPACES = ['default', 'Work 北京', 'a:b*']
const NEIGHBOURS = ['team', 'team2', 'tea', 'team:x', 'te*']

const at = (namespace: string, dataspace: string) => ['--namespace', namespace, '--dataspace', dataspace]

async function fill(box: Box, env: Record<string, string> = {}): Promise<void> {
  for (const dataspace of SPACES)
    await mcpstore(box, ['add', 'one', 'https://one.example.com', ...at('team', dataspace)], { env })
  for (const namespace of NEIGHBOURS.slice(1))
    await mcpstore(box, ['add', 'theirs', 'https://their.example.com', ...at(namespace, 'default')], { env })
}

async function servicesOf(box: Box, place: string[], env: Record<string, string> = {}): Promise<string[]> {
  const { services }: Foreign = documentOf(await mcpstore(box, ['list', '--json', ...place], { env }))
  return services.map(({ name }: Foreign) => name)
}

async function areCleared(box: Box, env: Record<string, string> = {}): Promise<void> {
  for (const dataspace of SPACES) expect(await servicesOf(box, at('team', dataspace), env)).toEqual([])
  for (const namespace of NEIGHBOURS.slice(1))
    expect(await servicesOf(box, at(namespace, 'default'), env)).toEqual(['theirs'])
}

const all = ['clear', '--all-dataspaces', '--namespace', 'team']

it('every dataspace of the namespace with a local file is cleared, and no other', async () => {
  await using box = new Box()
  await fill(box)
  const unsure = await mcpstore(box, all)
  expect(unsure).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('--yes') })
  expect(await servicesOf(box, at('team', 'default'))).toEqual(['one'])
  const { exit, stdout, stderr } = await mcpstore(box, [...all, '--yes'])
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'Work 北京\na:b*\ndefault\n' })
  expect(stdout).toBe(
    'removed 1 service from Work 北京\nremoved 1 service from a:b*\nremoved 1 service from default\n',
  )
  await areCleared(box)
})

it('where there is none nothing is made, and what contradicts itself is refused', async () => {
  await using box = new Box()
  const none = await mcpstore(box, ['clear', '--all-dataspaces', '--yes', '--namespace', 'none'])
  expect(none).toMatchObject({ exit: 0, stdout: 'there is no dataspace in namespace none\n' })
  expect(existsSync(localFile(box.home, 'none', 'default'))).toBe(false)
  const both = await mcpstore(box, [...all, '--yes', '--dataspace', 'default'])
  expect(both).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('contradict') })
})

it('a name that is too long for a file is named and left alone', async () => {
  await using box = new Box()
  const long = '北'.repeat(100)
  await mcpstore(box, ['add', 'one', 'https://one.example.com', ...at('team', long)])
  const outcome = await mcpstore(box, [...all, '--yes', '--json'])
  expect(outcome.exit).toBe(1)
  expect(documentOf(outcome)).toEqual({
    namespace: 'team',
    dataspaces: [],
    unnamed: [localFile(box.home, 'team', long)],
  })
  expect(await servicesOf(box, at('team', long))).toEqual(['one'])
})

describe.skipIf(!hasRedisServer)('with Redis', () => {
  it('the same, also as a user with the rights to that namespace; foreign keys stay', {
    timeout: 60_000,
  }, async () => {
    await using redis = await startRedis()
    await using box = new Box()
    const env = { MCPSTORE_REDIS_URL: redis.url }
    await fill(box, env)
    for (const key of ['team', 'team:', 'team:other', 'team:x:meta', 'team::x', 'other:default:meta'])
      await redis.command('SET', key, 'foreign')
    await redis.command('ZADD', 'team::dataspaces', 1, 'gone', 2, 'x', 3, '%zz')
    const printed = await mcpstore(box, ['redis', 'acl', '--namespace', 'team'])
    const words = printed.stdout.trim().replace('>PASSWORD', '>secret').split(' ') as [string, ...string[]]
    await redis.command(...words)
    const user = { MCPSTORE_REDIS_URL: redis.url.replace('//', '//mcpstore:secret@') }
    const outcome = await mcpstore(box, [...all, '--yes', '--json'], { env: user })
    const { dataspaces }: Foreign = documentOf(outcome)
    const cleared = dataspaces.filter(({ error }: Foreign) => !error)
    expect(cleared.map(({ dataspace, durable }: Foreign) => [dataspace, durable])).toEqual([
      ['Work 北京', 'redis'],
      ['a:b*', 'redis'],
      ['default', 'redis'],
    ])
    // A foreign key in its place: named, and the others are cleared all the same.
    expect(
      dataspaces.filter(({ error }: Foreign) => error).map(({ dataspace }: Foreign) => dataspace),
    ).toEqual(['x'])
    expect(outcome.exit).toBe(1)
    await areCleared(box, env)
    for (const key of ['team', 'team:', 'team:other', 'team:x:meta', 'team::x', 'other:default:meta'])
      expect(await redis.command('GET', key)).toBe('foreign')
    expect((await redis.stats()).calls).not.toHaveProperty('scan')
  })

  it('that does not answer removes nothing, and says so', async () => {
    await using box = new Box()
    const env = { MCPSTORE_REDIS_URL: 'redis://127.0.0.1:1' }
    const outcome = await mcpstore(box, [...all, '--yes', '--json'], { env })
    expect(outcome).toMatchObject({ exit: 5, stdout: '' })
    expect(errorOf(outcome)).toMatchObject({ code: 'unavailable' })
  })
})
