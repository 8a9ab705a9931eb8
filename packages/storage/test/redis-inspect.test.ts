import type { Finding } from '@mcpstore/storage'
import { recordKey, redisAclRules } from '@mcpstore/storage'
import { type RedisBackendOptions, redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'

describe.skipIf(!hasRedisServer)('looking at a Redis', () => {
  let server: RedisServer

  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(() => server?.stop())

  const backendOf = (more: Partial<RedisBackendOptions> & { user?: string } = {}) =>
    redisBackend({
      target: redisTarget({
        url: server.url,
        ...(more.user !== undefined && { username: more.user, password: 'secret' }),
      }),
      namespace: 'n',
      dataspace: 'd',
      ...more,
    })

  async function inspect(user?: string): Promise<Record<string, Finding>> {
    const backend = backendOf(user === undefined ? {} : { user })
    try {
      await backend.open().catch(() => {})
      return Object.fromEntries((await backend.inspect!()).map((finding) => [finding.name, finding]))
    } finally {
      await backend.close()
    }
  }

  const user = (name: string, rules: string) =>
    server.command(...`ACL SETUSER ${name} on >secret ~n:d:* &n:d:* ${rules}`.split(' '))

  /** Sets the limit so that this much of it is used. */
  async function limitTo(ratio: number): Promise<void> {
    await server.command('SETRANGE', 'filler', '30000000', 'x')
    const used = /used_memory:(\d+)/.exec(String(await server.command('INFO', 'memory')))![1]
    await server.command(...`CONFIG SET maxmemory ${Math.round(Number(used) / ratio)}`.split(' '))
  }

  it('names version, memory, eviction, rights, hit rate, slow log, and what the dataspace takes', async () => {
    const backend = backendOf()
    await backend.open()
    const stamp = `${Date.now().toString(16).padStart(12, '0')}0000-aaaaaaaaaa`
    const writes = Array.from({ length: 80 }, (_, n) => ({
      record: {
        key: recordKey({ scope: 'store' as const, service: `s${n}`, kind: 'config' as const }),
        json: JSON.stringify('x'.repeat(1000)),
        stamp,
        basis: '',
        seen: [],
        rev: 0,
        expires: null,
      },
    }))
    await backend.merge(writes)
    const found = await inspect()
    await backend.close()
    expect(Object.keys(found)).toEqual([
      'version',
      'memory',
      'eviction',
      'hit rate',
      'rights',
      'slow log',
      'conflicts',
      'dataspace',
    ])
    expect(Object.values(found).map(({ severity }) => severity)).toEqual(Array(8).fill('ok'))
    expect(found['version']!.text).toMatch(/^(Redis|Valkey) \d/)
    expect(found['eviction']!.value).toBe('noeviction')
    const { keys, bytes } = found['dataspace']!.value as { keys: number; bytes: number }
    expect(keys).toBe(80)
    expect(bytes).toBeGreaterThan(80 * 1000)
    expect(bytes).toBeLessThan(80 * 3000)
  })

  it.each([
    [0.82, 'warning'],
    [0.92, 'critical'],
    [0.97, 'emergency'],
  ])('memory used to %d of its limit is: %s', async (ratio, severity) => {
    await limitTo(ratio)
    const { memory } = await inspect()
    expect(memory).toMatchObject({ severity, hint: expect.stringContaining('maxmemory') })
  })

  it('warns of an eviction policy that deletes records', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    expect((await inspect())['eviction']).toMatchObject({ severity: 'warning', value: 'allkeys-lru' })
  })

  it('names the rights that are missing, and runs none of what it tries', async () => {
    await user('reader', '+@all -@write -@scripting -publish -subscribe')
    const before = await server.command('DBSIZE')
    const { rights } = await inspect('reader')
    expect(rights).toMatchObject({ severity: 'critical' })
    expect(rights!.value).toEqual(
      expect.arrayContaining(['eval', 'evalsha', 'hset', 'zadd', 'del', 'publish', 'subscribe']),
    )
    expect(rights!.value).not.toContain('hget')
    expect(await server.command('DBSIZE')).toBe(before)
  })

  it('a right that hints need is not one that is needed', async () => {
    await user('quiet', '+@all -subscribe')
    expect((await inspect('quiet'))['rights']).toMatchObject({ severity: 'warning', value: ['subscribe'] })
    await user('mute', '+@all -publish')
    expect((await inspect('mute'))['rights']).toMatchObject({ severity: 'warning', value: ['publish'] })
  })

  it('what this user may not ask is unknown, the rest is told', async () => {
    await user('narrow', '+@all -info -slowlog -memory')
    const found = await inspect('narrow')
    for (const name of ['version', 'memory', 'eviction', 'hit rate', 'slow log']) {
      expect(found[name], name).toMatchObject({ severity: 'unknown', value: null })
    }
    expect(found['rights']).toMatchObject({ severity: 'warning', value: ['info'] })
    expect(found['dataspace']!.value).toEqual({ keys: 0, bytes: null })
  })

  it('a user without transactions is not tried, and nothing is run', async () => {
    await user('plain', '+@all -multi')
    const { rights } = await inspect('plain')
    expect(rights).toMatchObject({
      severity: 'critical',
      value: ['multi'],
      text: expect.stringContaining('whether others are too cannot be asked'),
    })
    expect(await server.command('DBSIZE')).toBe(1)
  })

  it('the rights that a user is given for the namespace are all, with the slow log added', async () => {
    await server.command('ACL', 'SETUSER', 'mcpstore', 'on', '>secret', ...redisAclRules('n'), '+slowlog')
    const found = await inspect('mcpstore')
    expect(found['rights']).toMatchObject({ severity: 'ok', value: [] })
    expect(Object.values(found).map(({ severity }) => severity)).toEqual(Array(8).fill('ok'))
  })

  it('the slow log is told without arguments, which may be values', async () => {
    await server.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0')
    await server.command('SET', 'some-key', 'very-secret')
    await server.command('CONFIG', 'SET', 'slowlog-log-slower-than', '1000000')
    const found = await inspect()
    expect(found['slow log']!.value).toContainEqual(expect.objectContaining({ command: 'SET' }))
    expect(JSON.stringify(found)).not.toContain('very-secret')
  })

  it('asks for no key by a pattern', async () => {
    await user('strict', '+@all -keys -scan -hscan -sscan -zscan')
    expect((await inspect('strict'))['rights']).toMatchObject({ severity: 'ok' })
    const stats = await server.command('INFO', 'commandstats')
    expect(stats).not.toMatch(/cmdstat_(keys|scan)/)
  })
})
