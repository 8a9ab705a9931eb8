import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const NOT_OURS = 'its key holds something that is no record of mcpstore'

describe.skipIf(!hasRedisServer)('something foreign', () => {
  let redis: RedisServer
  let dataspaces = 0
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis?.stop())
  const place = () => ({ dataspace: `foreign${++dataspaces}` })

  /** Puts a hash where a record belongs, and tells everybody. */
  async function plant(
    { prefix }: Member,
    key: string,
    fields: Record<string, string | Buffer>,
  ): Promise<void> {
    for (const [name, value] of Object.entries(fields))
      await redis.command('HSET', prefix + key, name, value as string)
    // In one step: who reads between two would take the revision for read.
    const tell = `local rev = redis.call('HINCRBY', KEYS[1], 'rev', 1)
      redis.call('ZADD', KEYS[2], rev, ARGV[1])
      redis.call('PUBLISH', ARGV[2], rev)`
    await redis.command('EVAL', tell, 2, `${prefix}meta`, `${prefix}index`, key, `${prefix}changes`)
  }

  it.each([
    ['a string', (key: string) => redis.command('SET', key, 'foreign')],
    ['a list', (key: string) => redis.command('RPUSH', key, 'foreign')],
    ['a hash that is no record', (key: string) => redis.command('HSET', key, 'name', 'foreign')],
  ])('where a record belongs (%s) stays; the write is kept back and named, others go on', async (_, set) => {
    await using a = await join(redis, place())
    const key = a.prefix + configOf('taken')
    await set(key)
    const before = await redis.command('DUMP', key)
    expect(await a.put('taken', 1)).toMatchObject({ status: 'written', durable: 'memory', problem: NOT_OURS })
    expect((await a.put('free', 2)).durable).toBe('redis')
    expect(a.configs).toEqual({ free: 2, taken: 1 })
    expect(a.status).toMatchObject({
      state: 'up',
      pendingWrites: 0,
      parked: [{ key: configOf('taken'), problem: NOT_OURS }],
    })
    expect(a.lines).toEqual([expect.stringMatching(/^warn .*services:taken:config is kept here only/)])
    expect(await redis.command('DUMP', key)).toBe(before)
    await redis.command('DEL', key)
    expect((await a.put('taken', 3)).durable).toBe('redis')
    expect(a.status.parked).toEqual([])
  })

  it('where a lookup key belongs stays as it is, and does not end by itself', async () => {
    await using a = await join(redis, place())
    const [taken, free] = ['tools:taken:info', 'tools:free:info']
    await redis.command('SET', a.prefix + taken, 'foreign')
    await a.store.project([taken, free].map((key) => ({ key, field: 'one', json: '{}' })))
    expect(await redis.command('GET', a.prefix + taken)).toBe('foreign')
    expect(await redis.command('TTL', a.prefix + taken)).toBe(-1)
    expect(await redis.command('HGET', a.prefix + free, 'one')).toBe('{}')
    expect(await redis.command('TTL', a.prefix + free)).toBeGreaterThan(6 * 24 * 3600)
  })

  it('where a record belongs was to be tried again under strict, as if that could help', async () => {
    await using a = await join(redis, { ...place(), policy: 'strict' })
    await redis.command('SET', a.prefix + configOf('taken'), 'foreign')
    await expect(a.put('taken', 1)).rejects.toMatchObject({
      code: 'not_durable',
      message: `nothing was written: ${configOf('taken')}: ${NOT_OURS}`,
      hint: expect.stringMatching(/^See what lies at that key .*another name/),
    })
    expect([a.configs, a.status.parked, a.status.pendingWrites]).toEqual([{}, [], 0])
  })

  it('where conflicts belong stays; what two write without knowing of each other is stored all the same', async () => {
    const shared = place()
    await using proxy = await startProxy(redis.port)
    await using a = await join(redis, shared)
    await using b = await join(proxy, shared)
    await redis.command('SET', `${a.prefix}conflicts`, 'foreign')
    await proxy.refuse()
    await until('b has noticed', () => b.status.state === 'down')
    await b.put('one', 'from b')
    expect(await a.put('one', 'from a')).toMatchObject({ status: 'written', durable: 'redis' })
    await proxy.pass()
    await until('both are up and agree', () => {
      const isUp = [a, b].every(({ status }) => status.state === 'up' && status.pendingWrites === 0)
      return isUp && JSON.stringify(a.configs) === JSON.stringify(b.configs)
    })
    expect(Object.keys(a.configs)).toEqual(['one'])
    expect([a, b].flatMap(({ status }) => status.parked)).toEqual([])
    expect(await redis.command('GET', `${a.prefix}conflicts`)).toBe('foreign')
    const findings = await a.store.inspect()
    expect(findings.find(({ name }) => name === 'conflicts')).toMatchObject({ severity: 'warning' })
  })

  it('where statistics belong stays; what is counted there is kept back and named, and counted once it can be', async () => {
    await using a = await join(redis, place())
    await a.put('one', 1)
    const stats = (tool: string) => `tools:${tool}:stats`
    const count = (tool: string) => a.store.count(stats(tool), 'one:calls', 2)
    const stored = (tool: string) => redis.command('HGET', a.prefix + stats(tool), 'one:calls')
    await redis.command('SET', a.prefix + stats('taken'), 'foreign')
    for (const tool of ['taken', 'free']) count(tool)
    await until('the other is counted', async () => String(await stored('free')) === '2')
    await until('it is named', () => a.status.parked.length > 0)
    expect(a.status).toMatchObject({ state: 'up', parked: [{ key: stats('taken'), problem: NOT_OURS }] })
    expect(a.store.counters(stats('taken'))).toEqual({ 'one:calls': 2 })
    expect(a.lines).toEqual([expect.stringMatching(/^warn .*tools:taken:stats is kept here only/)])
    count('taken')
    await redis.command('DEL', a.prefix + stats('taken'))
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
    await until('it is counted', async () => String(await stored('taken')) === '4')
    await until('nothing is kept back', () => a.status.parked.length === 0)
  })

  it('where it is kept who counts was blamed on the statistics, which are sound', async () => {
    await using a = await join(redis, place())
    await a.put('one', 1)
    const sharers = `${a.prefix}sharers`
    const foreign = `${sharers} holds something that is not of mcpstore`
    const stored = () => redis.command('HGET', `${a.prefix}tools:t:stats`, 'one:calls')
    await redis.command('SET', sharers, 'foreign')
    a.count('one', 2)
    await until('it is named', () => a.status.parked.length > 0)
    expect(a.status.parked).toEqual([{ key: 'tools:t:stats', problem: foreign }])
    expect(a.lines).toEqual([`warn storage: what was counted in tools:t:stats is kept here only: ${foreign}`])
    const findings = await a.store.inspect()
    expect(findings.find(({ name }) => name === 'dataspace')).toMatchObject({
      severity: 'warning',
      text: foreign,
      hint: `Move it elsewhere: RENAME ${sharers} somewhere:else`,
    })
    // What was refused is not there by half, to be refused again and counted all the same.
    expect(await stored()).toBe(null)
    await redis.command('DEL', sharers)
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
    await until('it is counted', async () => String(await stored()) === '2')
    await until('nothing is kept back', () => a.status.parked.length === 0)
  })

  it('at the key of a config was blamed on what lives under it', async () => {
    await using a = await join(redis, place())
    await redis.command('SET', a.prefix + configOf('taken'), 'foreign')
    await a.put('taken', 1)
    const basis = a.store.get(configOf('taken'))!.stamp
    await a.store.put('services:taken:state', 'ok', { basis })
    expect(a.status.parked).toEqual([
      { key: configOf('taken'), problem: NOT_OURS },
      {
        key: 'services:taken:state',
        problem: `${a.prefix + configOf('taken')} holds something that is not of mcpstore`,
      },
    ])
  })

  it('where the dataspace keeps its signs of life is named', async () => {
    const here = place()
    const key = `faults:${here.dataspace}:nodes`
    await redis.command('SET', key, 'foreign')
    await using a = await join(redis, here)
    expect(a.status).toMatchObject({ state: 'down', reason: expect.stringContaining(`${key} on redis://`) })
    expect(a.status.error!.hint).toMatch(/remove the foreign key/)
    await redis.command('DEL', key)
    await a.settled()
  })

  it('in a record is set aside and named, and gives way to a write', async () => {
    await using a = await join(redis, place())
    await a.put('good', 1)
    const stamp = a.store.get(configOf('good'))!.stamp
    const sound = { s: stamp, d: '', v: '1', b: '', n: '', r: '1', x: '' }
    await plant(a, configOf('no-stamp'), { v: '1' })
    await plant(a, configOf('bad-stamp'), { ...sound, s: 'yesterday' })
    await plant(a, configOf('bad-json'), { ...sound, v: '{"url":' })
    await redis.command('RPUSH', a.prefix + configOf('other-type'), 'foreign')
    await plant(a, configOf('other-type'), {})
    await plant(a, configOf('bad-seen'), { ...sound, n: 'a,b' })
    await plant(a, configOf('bad-expiry'), { ...sound, x: 'soon' })
    await plant(a, configOf('huge'), { ...sound, v: 'x'.repeat(17 * 1024 * 1024) })
    await plant(a, 'no:record:key', sound)
    await plant(a, 'services:%zz:config', sound)
    await using b = await join(redis, { dataspace: `foreign${dataspaces}` })
    for (const member of [a, b]) {
      await member.sees({ good: 1 })
      expect(member.get('bad-json')).toBe(undefined)
      expect(member.status.state).toBe('up')
      expect(member.status.quarantined.map(({ key }) => key).sort()).toEqual(
        [
          'no:record:key',
          'services:%zz:config',
          ...['bad-expiry', 'bad-json', 'bad-seen', 'bad-stamp', 'huge', 'other-type'].map(configOf),
        ].sort(),
      )
      // It was called a value that is not text.
      const key = configOf('other-type')
      expect(member.status.quarantined).toContainEqual({ key, problem: NOT_OURS })
    }
    expect((await b.put('bad-json', { url: 'https://example.com' })).durable).toBe('redis')
    await a.sees({ 'bad-json': { url: 'https://example.com' }, good: 1 })
  })

  it('by the name of __proto__ is a name like any other', async () => {
    await using a = await join(redis, place())
    await using b = await join(redis, { dataspace: `foreign${dataspaces}` })
    const value = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}')
    for (const name of ['__proto__', 'constructor', 'toString']) await a.put(name, value)
    a.store.count('tools:__proto__:stats', '__proto__:calls', 2)
    await plant(a, 'tools:__proto__:stats', JSON.parse('{"__proto__": "7"}'))
    await until('it is counted', () => b.store.counters('tools:__proto__:stats')['__proto__:calls'] === 2)
    await until('all are there', () => b.store.list('services:').length === 3)
    expect(JSON.stringify(b.get('__proto__'))).toBe(JSON.stringify(value))
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
  })

  it.each(['meta', 'index'])('at the key %s is left as it is, and named; it works in memory', async (own) => {
    const { dataspace } = place()
    const key = `faults:${dataspace}:${own}`
    await redis.command('SET', key, 'foreign')
    await using a = await join(redis, { dataspace })
    await a.is('down')
    expect(a.status.reason).toContain(key)
    expect((await a.put('one', 1)).durable).toBe('memory')
    expect(await redis.command('GET', key)).toBe('foreign')
    const attempts = () => a.log.filter((line) => line.includes('redis open')).length
    const before = attempts()
    const began = performance.now()
    await until('it was tried again', () => attempts() >= before + 2)
    expect(performance.now() - began).toBeGreaterThan(150)
    expect(a.lines).toHaveLength(1)
    await redis.command('DEL', key)
    await a.settled()
    expect(await redis.command('HGET', `${a.prefix}${configOf('one')}`, 'v')).toBe('1')
  })

  it('at the key meta, a hash, was taken for ours and written into', async () => {
    const { dataspace } = place()
    const key = `faults:${dataspace}:meta`
    await redis.command('HSET', key, 'name', 'theirs', 'ids', '7')
    const before = await redis.command('DUMP', key)
    const a = await join(redis, { dataspace })
    await a.is('down')
    expect(a.status.reason).toBe(`${key} on ${redis.url}/0 cannot be used: ${NOT_OURS}`)
    expect((await a.put('one', 1)).durable).toBe('memory')
    await a.store.close()
    expect(await redis.command('DUMP', key)).toBe(before)
  })

  it('in the revision was told to be a server that cannot be reached', async () => {
    await using a = await join(redis, place())
    await a.put('one', 1)
    await redis.command('HSET', `${a.prefix}meta`, 'rev', 'foreign')
    expect((await a.put('two', 2)).durable).toBe('memory')
    await a.is('down')
    // What the servers say of it differs from 8 on.
    expect(a.status.reason).toMatch(/^redis:\S+ (answers with an error|holds something else) /)
    expect(a.status.error!.hint).toMatch(/something else has written|remove the foreign key/)
    expect(a.configs).toEqual({ one: 1, two: 2 })
    await redis.command('HDEL', `${a.prefix}meta`, 'rev')
    await a.settled()
    await using b = await join(redis, { dataspace: `foreign${dataspaces}` })
    await b.sees({ one: 1, two: 2 })
    await b.put('three', 3)
    await a.sees({ one: 1, two: 2, three: 3 })
  })

  it('that foreign counters are is not shown, and no failure', async () => {
    await using a = await join(redis, place())
    await a.put('one', 1)
    await redis.command('SET', `${a.prefix}tools:t:stats`, 'foreign')
    a.count('one', 2)
    expect((await a.put('two', 2)).durable).toBe('redis')
    await until('it was tried', () => a.log.some((line) => line.includes('redis count')))
    await a.settled()
    expect(a.get('two')).toBe(2)
    expect(await redis.command('GET', `${a.prefix}tools:t:stats`)).toBe('foreign')
  })
})

describe.skipIf(!hasRedisServer)('a dataspace of another time or layout', () => {
  it('of a newer schema is refused with what to do; a newer minor is read and kept', async () => {
    await using redis = await startRedis()
    await using a = await join(redis)
    await a.put('one', 1)
    const schema = String(await redis.command('HGET', `${a.prefix}meta`, 'schema'))
    const [major, minor] = schema.split('.').map(Number) as [number, number]
    await redis.command('HSET', `${a.prefix}meta`, 'schema', `${major}.${minor + 1}`, 'new', 'field')
    await using b = await join(redis)
    await b.put('two', 2)
    await b.sees({ one: 1, two: 2 })
    await redis.command('HSET', `${a.prefix}meta`, 'schema', `${major + 1}.0`)
    await using c = await join(redis)
    expect(c.status).toMatchObject({ state: 'down', reason: expect.stringContaining(`${major + 1}.0`) })
    expect(c.status.error?.hint).toMatch(/Update mcpstore/)
    expect((await c.put('three', 3)).durable).toBe('memory')
    const keys = await redis.command('ZRANGE', `${a.prefix}index`, 0, -1)
    expect(keys).toEqual([configOf('one'), configOf('two')])
    expect(await redis.command('HGET', `${a.prefix}meta`, 'new')).toBe('field')
  })

  it.each([true, false])(
    'in the other layout is refused with what to do (asked for with a tag: %s)',
    async (hashTag) => {
      await using redis = await startRedis()
      await using a = await join(redis, { hashTag: !hashTag })
      await a.put('one', 1)
      const size = await redis.command('DBSIZE')
      await using b = await join(redis, { hashTag })
      expect(b.status).toMatchObject({ state: 'down', reason: expect.stringMatching(/hash tag/) })
      expect(b.status.error?.hint).toContain(`hashTag to ${!hashTag}`)
      expect((await b.put('two', 2)).durable).toBe('memory')
      expect(await redis.command('DBSIZE')).toBe(size)
    },
  )
})
