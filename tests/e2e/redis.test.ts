import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { freePort } from '../support/free-port.ts'
import { documentOf, errorOf, type Foreign, mcpstore, startMcpstore } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

const PASSWORD = 'top-secret-password'
const noting = [
  '--require',
  fileURLToPath(new URL('../support/programs/what-was-loaded.cjs', import.meta.url)),
]
const weather = ['add', 'weather', 'https://example.com/mcp']

/** Whether the command loaded what speaks to Redis. */
async function loadsRedis(box: Box, argv: string[], env: Record<string, string> = {}): Promise<boolean> {
  const file = box.path('loaded.json')
  expect(await mcpstore(box, argv, { node: noting, env: { ...env, LOADED: file } })).toMatchObject({
    exit: 0,
  })
  const { files }: Foreign = JSON.parse(readFileSync(file, 'utf8'))
  return files.some((path: string) => basename(path).startsWith('redis-'))
}

it('without Redis nothing of it is loaded', async () => {
  await using box = new Box()
  expect(await loadsRedis(box, weather)).toBe(false)
  expect(await loadsRedis(box, ['list'])).toBe(false)
})

describe('a Redis that is not there', () => {
  const away = async () => ({ MCPSTORE_REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${await freePort()}` })

  it('is no empty list, and the status says what answers instead', async () => {
    await using box = new Box()
    box.secrets.push(PASSWORD)
    const env = await away()
    for (const argv of [['list'], ['list-tools'], ['list', '--json']]) {
      expect(await mcpstore(box, argv, { env })).toMatchObject({ exit: 5, stdout: '' })
    }
    const status = await mcpstore(box, ['status', '--json'], { env })
    expect(documentOf(status)).toMatchObject({ backend: 'memory', configured: 'redis', state: 'down' })
    expect(errorOf(status)).toMatchObject({
      code: 'storage',
      message: expect.stringContaining('cannot be reached'),
    })
    expect(status.exit).toBe(5)
    const doctor = await mcpstore(box, ['doctor', '--json', '--debug'], { env })
    expect(doctor.exit).toBe(5)
    expect(documentOf(doctor)).toMatchObject({ state: 'down', findings: [] })
  })

  it('ends a command under the policy strict, and no change is saved under the policy memory', async () => {
    await using box = new Box()
    const env = await away()
    const strict = await mcpstore(box, [...weather, '--policy', 'strict', '--json'], { env })
    expect(strict).toMatchObject({ exit: 5, stdout: '' })
    expect(errorOf(strict)).toMatchObject({ code: 'unavailable', message: expect.stringContaining('strict') })
    const memory = await mcpstore(box, [...weather, '--json'], { env: { ...env, MCPSTORE_POLICY: 'memory' } })
    expect(memory.exit).toBe(5)
    expect(errorOf(memory)).toMatchObject({
      code: 'not_durable',
      message: expect.stringContaining('NOT saved'),
    })
  })

  it('is no reason to write into the local file, nor to read from it', async () => {
    await using box = new Box()
    await mcpstore(box, ['add', 'local', 'https://example.com/mcp'])
    const before = readFileSync(box.database)
    const env = await away()
    await mcpstore(box, weather, { env })
    const listed = await mcpstore(box, ['list', '--json'], { env })
    expect(listed.stdout).not.toContain('"local"')
    expect(readFileSync(box.database).equals(before)).toBe(true)
  })

  it.each([
    [['list', '--redis', `http://:${PASSWORD}@h`], 'redis'],
    [['list', '--redis', `redis://:${PASSWORD}%@h`], 'percent'],
    [['list', '--redis', 'redis://h', '--dataspace', 'auto'], 'auto'],
    [['list', '--policy', 'strict'], 'no Redis is configured'],
  ])('%j is refused', async (argv, message) => {
    await using box = new Box()
    box.secrets.push(PASSWORD)
    const refused = await mcpstore(box, [...argv, '--json'])
    expect(refused).toMatchObject({ exit: 1, stdout: '' })
    expect(errorOf(refused)).toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
  })
})

describe.skipIf(!hasRedisServer)('a Redis with a password', () => {
  let redis: RedisServer

  beforeEach(async () => {
    redis = await startRedis()
    await redis.command(...`CONFIG SET requirepass ${PASSWORD}`.split(' '))
  })
  afterEach(() => redis?.stop())

  const environment = () => ({ MCPSTORE_REDIS_URL: redis.url, MCPSTORE_REDIS_PASSWORD: PASSWORD })

  it('keeps what one command adds for the next one, and nothing lies in the local file', async () => {
    await using box = new Box()
    box.secrets.push(PASSWORD)
    const env = environment()
    const added = await mcpstore(box, [...weather, '--debug'], { env })
    expect(added).toMatchObject({ exit: 0, stdout: expect.stringContaining('saved in Redis') })
    expect(added.stderr).toMatch(/redis merge services:weather:config \d+ ms ok/)
    expect(existsSync(box.database)).toBe(false)
    const { services, storage } = documentOf(await mcpstore(box, ['list', '--json'], { env }))
    expect(services).toMatchObject([{ name: 'weather' }])
    expect(storage).toMatchObject({ backend: 'redis', configured: 'redis', state: 'up' })
    const json = await mcpstore(box, [...weather, '--json'], { env })
    expect(documentOf(json)).toMatchObject({ results: [{ status: 'unchanged' }], durable: 'redis' })
    expect(await loadsRedis(box, ['list'], env)).toBe(true)
  })

  it('is told by status and doctor', async () => {
    await using box = new Box()
    box.secrets.push(PASSWORD)
    const env = environment()
    await mcpstore(box, weather, { env })
    const status = await mcpstore(box, ['status'], { env })
    expect(status).toMatchObject({ exit: 0, stderr: '' })
    expect(status.stdout).toMatch(new RegExp(`^address +${redis.url}/0$`, 'm'))
    const { findings, ...facts } = documentOf(await mcpstore(box, ['doctor', '--json'], { env }))
    expect(facts).toMatchObject({ backend: 'redis', state: 'up', pendingWrites: 0, parked: [] })
    expect(findings).toContainEqual({
      name: 'dataspace',
      severity: 'ok',
      text: expect.stringContaining('1 key'),
      value: { keys: 1, bytes: expect.any(Number) },
    })
    const wrong = await mcpstore(box, ['doctor', '--json'], {
      env: { ...env, MCPSTORE_REDIS_PASSWORD: 'no' },
    })
    expect(documentOf(wrong)).toMatchObject({ state: 'auth', backend: 'memory' })
    expect(errorOf(wrong).hint).toContain('MCPSTORE_REDIS_PASSWORD')
  })

  it('its password reaches no process that is started', async () => {
    await using box = new Box()
    box.secrets.push(PASSWORD)
    const env = environment()
    const config = { mcpServers: { fixture: fixtureServer(box) } }
    await mcpstore(box, ['add', JSON.stringify(config)], { env })
    await mcpstore(box, ['call', 'fixture/env'], { env })
    const { child, outcome } = startMcpstore(box, ['call', 'fixture/mute'], { env })
    const before = box.starts().length
    await until('the server of the call runs', () => box.starts().length > before)
    const pid = box.starts().at(-1)!
    const seen = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')).join()
    expect(seen).toContain('stdio.mjs')
    expect(seen).not.toContain(PASSWORD)
    expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain(PASSWORD)
    child.kill('SIGTERM')
    await outcome
  })

  it('is kept apart by namespace and dataspace', async () => {
    await using box = new Box()
    const env = environment()
    await mcpstore(box, [...weather, '--namespace', 'a:b', '--dataspace', '*"{x}'], { env })
    const listed = await mcpstore(box, ['list', '--json', '--namespace', 'a'], { env })
    expect(documentOf(listed).services).toEqual([])
    const again = await mcpstore(box, ['list', '--json', '--namespace', 'a:b', '--dataspace', '*"{x}'], {
      env,
    })
    expect(documentOf(again).services).toMatchObject([{ name: 'weather' }])
  })
})

it.skipIf(!hasRedisServer)('a look at a mistyped dataspace left it among the dataspaces', async () => {
  await using box = new Box()
  await using redis = await startRedis()
  const env = { MCPSTORE_REDIS_URL: redis.url }
  await mcpstore(box, weather, { env })
  for (const argv of [['list'], ['status'], ['list-tools'], ['info', 'weather']])
    await mcpstore(box, [...argv, '--dataspace', 'typo'], { env })
  expect(await redis.command('KEYS', 'default:typo:*')).toEqual([])
  const { dataspaces } = documentOf(await mcpstore(box, ['dataspaces', '--json'], { env }))
  expect(dataspaces).toMatchObject([{ name: 'default' }])
})

it.skipIf(!hasRedisServer)(
  'what was unchanged where Redis cannot be used says why, and what to do',
  async () => {
    await using box = new Box()
    await using redis = await startRedis()
    const env = { MCPSTORE_REDIS_URL: redis.url }
    expect(await mcpstore(box, weather, { env })).toMatchObject({ exit: 0, stderr: '' })
    await redis.command('FLUSHDB')
    await redis.command('SET', 'default:default:meta', 'other')
    const again = await mcpstore(box, weather, { env })
    expect(again).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^unchanged {2}weather/) })
    expect(again.stderr).toMatch(
      /^warning: whether Redis has it is not known: default:default:meta on redis:/,
    )
    expect(again.stderr).toContain('hint:    Use another namespace or dataspace, or remove the foreign key.')
  },
)

it.skipIf(!hasRedisServer)(
  'calls of an outage were said never to have been made, until Redis was back',
  async () => {
    await using box = new Box()
    await using redis = await startRedis()
    const env = { MCPSTORE_REDIS_URL: redis.url }
    const config = { mcpServers: { fixture: fixtureServer(box) } }
    await mcpstore(box, ['add', JSON.stringify(config)], { env })
    expect(await mcpstore(box, ['list-tools'], { env })).toMatchObject({ exit: 0 })
    await redis.kill()
    const call = await mcpstore(box, ['call', 'fixture/env'], { env })
    expect(call).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('incomplete') })
    expect(call.stderr).toMatch(
      /Redis does not have what this command found out \(.*2 counters\) yet; it is kept/,
    )
    const stats = await mcpstore(box, ['stats'], { env })
    expect(stats).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^fixture\/env +1 /m) })
    expect(stats.stderr).toContain('others do not see it yet: 2 counters wait to be sent')
    expect(documentOf(await mcpstore(box, ['stats', '--json'], { env }))).toMatchObject({
      tools: [{ name: 'fixture/env', calls: 1 }],
      storage: { backend: 'memory', configured: 'redis', pendingCounts: 2 },
    })
    expect(documentOf(await mcpstore(box, ['status', '--json'], { env }))).toMatchObject({ pendingCounts: 2 })
    await redis.restart()
    const { tools } = documentOf(await mcpstore(box, ['stats', '--json'], { env }))
    expect(tools).toMatchObject([{ name: 'fixture/env', calls: 1 }])
    expect(documentOf(await mcpstore(box, ['status', '--json'], { env }))).toMatchObject({ pendingCounts: 0 })
  },
)

it.skipIf(!hasRedisServer)(
  'the last service was removed in an outage, and which there are was unknown',
  async () => {
    await using box = new Box()
    await using redis = await startRedis()
    const env = { MCPSTORE_REDIS_URL: redis.url }
    expect(await mcpstore(box, weather, { env })).toMatchObject({ exit: 0, stderr: '' })
    await redis.kill()
    expect(await mcpstore(box, ['remove', 'weather'], { env })).toMatchObject({ exit: 0 })
    const listed = await mcpstore(box, ['list'], { env })
    expect(listed).toMatchObject({ exit: 0, stdout: 'No services are known here\n' })
    expect(listed.stderr).toContain('Redis is not reached, what is shown may be incomplete')
    expect(await mcpstore(box, ['list', '--json'], { env })).toMatchObject({ exit: 0, stderr: '' })
    // Nor is one unknown that was emptied for all, and was seen so.
    await redis.restart()
    expect(await mcpstore(box, weather, { env })).toMatchObject({ exit: 0, stderr: '' })
    await redis.command('FLUSHDB')
    expect(await mcpstore(box, ['list'], { env })).toMatchObject({ exit: 0, stderr: '' })
    await redis.kill()
    expect(await mcpstore(box, ['list'], { env })).toMatchObject({ exit: 0, stdout: listed.stdout })
    // A machine that has seen nothing of it cannot know.
    await using other = new Box()
    expect(await mcpstore(other, ['list'], { env })).toMatchObject({ exit: 5, stdout: '' })
  },
)

it.skipIf(!hasRedisServer)(
  'what a machine kept for a Redis that was begun anew is named and can be adopted',
  async () => {
    await using box = new Box()
    await using other = new Box()
    await using redis = await startRedis()
    const env = { MCPSTORE_REDIS_URL: redis.url }
    expect(await mcpstore(box, weather, { env })).toMatchObject({ exit: 0 })
    await redis.restart({ keepData: false })
    // A look does not begin it; the first who writes does.
    expect(await mcpstore(other, ['list'], { env })).toMatchObject({ exit: 0, stderr: '' })
    const another = ['add', 'other', 'https://example.com/other']
    expect(await mcpstore(other, another, { env })).toMatchObject({ exit: 0, stderr: '' })
    const listed = await mcpstore(box, ['list'], { env })
    expect(listed.stdout).not.toContain('weather')
    expect(listed.stderr).toContain('is the mirror of another dataspace; nothing of it is used')
    expect(listed.stderr).toContain('mcpstore adopt')
    // In the status nothing said that what was kept is not sent, nor what to do.
    const status = await mcpstore(box, ['status'], { env })
    expect(status).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^not kept .* nor sent/m) })
    expect(status.stderr).toMatch(/^warning: .* is the mirror of another dataspace.*\nhint: .*mcpstore adopt/)
    expect(await mcpstore(box, ['adopt'], { env })).toMatchObject({
      exit: 0,
      stdout: 'the dataspace has 2 services now\n',
    })
    const { stdout, stderr } = await mcpstore(other, ['list'], { env })
    expect(stdout).toContain('weather')
    expect(stderr).toBe('')
  },
)
