import { type Backend, Dataspace, recordKey, statsField, statsKey } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { ManualTime } from './support/manual-time.ts'

describe.skipIf(!hasRedisServer)('keys in Redis that end by themselves', () => {
  let server: RedisServer
  let time: ManualTime
  let dataspace = 0
  const day = 24 * 3_600_000
  const record = {
    key: recordKey({ scope: 'store', service: 'weather', kind: 'config' }),
    json: '{}',
    basis: '',
    seen: [],
    rev: 0,
    expires: null,
  }

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())
  beforeEach(() => {
    time = new ManualTime(Date.now())
    dataspace++
  })

  async function openBackend(lifetimeMs?: number): Promise<Backend> {
    const target = redisTarget({ url: server.url })
    const lifetime = lifetimeMs === undefined ? {} : { lifetimeMs }
    // Only what the lifetime goes by is slowed down; deadlines are real.
    const clock = {
      ...realTimers,
      now: () => time.now(),
      monotonic: () => time.monotonic(),
      random: Math.random,
    }
    const backend = redisBackend({
      target,
      namespace: 'n',
      dataspace: `${dataspace}`,
      time: clock,
      ...lifetime,
    })
    await backend.open()
    const stamp = `${Date.now().toString(16).padStart(12, '0')}0000-aaaaaaaaaa`
    await backend.merge([{ record: { ...record, stamp } }])
    await backend.count('node', '', [
      { key: statsKey('forecast'), field: statsField('weather', 'calls'), total: 1 },
    ])
    await backend.project!([{ key: 'tools:forecast:info', field: 'weather', json: '{"name":"forecast"}' }])
    return backend
  }

  const realTimers = {
    after: (ms: number, task: () => void) => {
      const timer = setTimeout(task, ms)
      return () => clearTimeout(timer)
    },
  }
  const ask = async (command: string) => String(await server.command(...command.split(' ')))
  const lifetimeOf = async (key: string) => Number(await ask(`PTTL n:${dataspace}:${key}`))
  const renewals = async () =>
    Number(/cmdstat_pexpire:calls=(\d+)/.exec(await ask('INFO commandstats'))?.[1] ?? 0)
  const keysLeft = () => server.command('KEYS', `n:${dataspace}:*`)

  const KEYS = [
    'services:weather:config',
    'tools:forecast:stats',
    'tools:forecast:info',
    'index',
    'meta',
    'shares:node',
  ]

  it('a dataspace that stays has no expiry, but for the lookup keys', async () => {
    const backend = await openBackend()
    for (const key of KEYS.filter((key) => !key.endsWith(':info'))) {
      expect(await lifetimeOf(key), key).toBe(-1)
    }
    expect(await lifetimeOf('tools:forecast:info')).toBeGreaterThan(6 * day)
    await backend.leave('node')
    expect(await lifetimeOf('services:weather:config'), 'leaving removes nothing').toBe(-1)
    await backend.close()
  })

  it('all keys of a dataspace of one run are renewed in one batch, when a third of their time is over', async () => {
    const backend = await openBackend(day)
    const before = await renewals()
    await time.pass(8 * 3_600_000 - 1)
    await backend.beat!('node')
    const first = (await renewals()) - before
    for (const key of KEYS) await ask(`PEXPIRE n:${dataspace}:${key} 60000`)
    await time.pass(1)
    const due = await renewals()
    await backend.beat!('node')
    expect(await renewals()).toBe(due + first + KEYS.length + 2)
    for (const key of KEYS) expect(await lifetimeOf(key), key).toBeGreaterThan(day - 60_000)
    const after = await renewals()
    await backend.beat!('node')
    expect((await renewals()) - after, 'not again before the next third').toBe(first)
    await backend.close()
  })

  it('a machine that slept renews them by the time that has really passed', async () => {
    const backend = await openBackend(day)
    for (const key of KEYS) await ask(`PEXPIRE n:${dataspace}:${key} 60000`)
    time.jump(8 * 3_600_000)
    await backend.beat!('node')
    for (const key of KEYS) expect(await lifetimeOf(key), key).toBeGreaterThan(day - 60_000)
    await backend.close()
  })

  it('what has ended while its process slept is no wipe: all is there again', async () => {
    const target = redisTarget({ url: server.url })
    const place = { namespace: 'n', dataspace: `${dataspace}` }
    const clock = {
      ...realTimers,
      now: () => time.now(),
      monotonic: () => time.monotonic(),
      random: Math.random,
    }
    const backend = redisBackend({ ...place, target, lifetimeMs: day, time: clock })
    const sleeper = await new Dataspace({ ...place, backend }).open()
    await sleeper.put(record.key, { a: 1 })
    time.jump(day)
    await server.command('FLUSHDB')
    await sleeper.put('services:other:config', { b: 2 })
    await sleeper.flush()
    await sleeper.refresh()
    expect(sleeper.get(record.key)?.value).toEqual({ a: 1 })
    expect(await server.command('HGET', `n:${dataspace}:${record.key}`, 'v')).toBe('{"a":1}')
    await sleeper.close()
  })

  it('a run that ends takes all of its keys with it', async () => {
    const backend = await openBackend(day)
    expect(await keysLeft()).toContain(`n:${dataspace}:services:weather:config`)
    await backend.leave('node')
    await backend.close()
    expect(await keysLeft()).toEqual([])
  })
})
