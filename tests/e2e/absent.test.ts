import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

const reading = [['list'], ['list-tools'], ['status'], ['doctor'], ['info', 'weather'], ['wait', 'weather']]
const weather = ['add', 'weather', 'https://example.com/mcp']

describe('a look at a dataspace that does not exist', () => {
  it('made files: now it makes none, and says that there is none', async () => {
    await using box = new Box()
    for (const argv of reading) {
      for (const more of [[], ['--dataspace', 'mistyped'], ['--json']])
        await mcpstore(box, [...argv, ...more])
    }
    expect(readdirSync(box.folder)).toEqual([])
    const listed = await mcpstore(box, ['list', '--dataspace', 'mistyped'])
    expect(listed).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('No services in dataspace mistyped'),
      stderr:
        'warning: there is no dataspace mistyped (namespace default) here\nhint:    Check the name; the first change makes it.\n',
    })
    expect(documentOf(await mcpstore(box, ['list', '--json'])).storage).toMatchObject({ absent: 'missing' })
    expect((await mcpstore(box, ['status'])).stdout).toContain(`${box.database} (not made yet)\n`)
    expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 0, stderr: '' })
    const added = await mcpstore(box, [...weather, '--dataspace', 'mistyped'])
    expect(added).toMatchObject({ exit: 0, stderr: '' })
    expect(await mcpstore(box, ['list', '--dataspace', 'mistyped'])).toMatchObject({ exit: 0, stderr: '' })
  })

  it.skipIf(!hasRedisServer)('of a Redis makes no mirror', async () => {
    await using box = new Box()
    await using redis = await startRedis()
    const env = { MCPSTORE_REDIS_URL: redis.url }
    for (const argv of reading) await mcpstore(box, [...argv, '--dataspace', 'mistyped'], { env })
    expect(readdirSync(box.folder)).toEqual([])
    await redis.kill()
    for (const argv of reading) await mcpstore(box, [...argv, '--dataspace', 'mistyped'], { env })
    expect(readdirSync(box.folder)).toEqual([])
    expect(await mcpstore(box, weather, { env })).toMatchObject({ exit: 0 })
    expect(existsSync(box.path('home/redis'))).toBe(true)
  })
})

it('clear made the dataspace that it cleared', async () => {
  await using box = new Box()
  const place = ['--dataspace', 'brandnew']
  const none = { exit: 0, stdout: 'there is no dataspace brandnew (namespace default) here\n', stderr: '' }
  expect(await mcpstore(box, ['clear', '--yes', ...place])).toEqual(none)
  const told = await mcpstore(box, ['clear', '--yes', '--json', ...place])
  expect(documentOf(told)).toEqual({ removed: [], durable: 'local', absent: 'missing' })
  expect(readdirSync(box.folder)).toEqual([])
  expect(await mcpstore(box, [...weather, ...place])).toMatchObject({ exit: 0 })
  expect(documentOf(await mcpstore(box, ['clear', '--yes', '--json', ...place]))).toEqual({
    removed: ['weather'],
    durable: 'local',
  })
})

it('a file that was cut off to nothing was an empty store without a word', async () => {
  await using box = new Box()
  mkdirSync(dirname(box.database), { recursive: true })
  writeFileSync(box.database, '')
  const warning = `warning: ${box.database} is empty (0 bytes): if services were saved in it, they are lost\n`
  for (const argv of [['list'], ['list-tools']]) {
    const { exit, stderr } = await mcpstore(box, argv)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.stringContaining(warning) })
  }
  expect((await mcpstore(box, ['status'])).stdout).toContain(`${box.database} (empty: 0 bytes)\n`)
  expect((await mcpstore(box, ['doctor'])).stdout).toMatch(/^size +critical/m)
  expect(documentOf(await mcpstore(box, ['list', '--json'])).storage).toMatchObject({ absent: 'empty' })
  const added = await mcpstore(box, weather)
  expect({ exit: added.exit, stderr: added.stderr }).toEqual({
    exit: 0,
    stderr: expect.stringContaining(warning),
  })
  expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 0, stderr: '' })
})
