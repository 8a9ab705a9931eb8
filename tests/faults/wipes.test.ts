import { describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { config, type MirrorWorker, mirrorScene } from '../support/mirror-scene.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

/** They notice by what they do, not by looking. */
const QUIET = { beatMs: 3_600_000 }

const field = (redis: RedisServer, { prefix }: Member, key: string, name = 'v') =>
  redis.command('HGET', `${prefix}${key}`, name)

/** Resolves when all are up with nothing waiting, and see these configs and no others. */
async function agree(members: readonly Member[], expected: Record<string, number>): Promise<void> {
  for (const member of members) await member.settled()
  for (const member of members) await member.store.refresh()
  for (const member of members) await member.sees(expected)
  expect(members.map(({ configs }) => configs)).toEqual(members.map(() => expected))
}

/** What the FAQ's `--scan | xargs del` does, in one piece. */
async function deleteAll(redis: RedisServer, prefix: string): Promise<void> {
  const keys = (await redis.command('KEYS', `${prefix}*`)) as string[]
  expect(keys.length).toBeGreaterThan(2)
  await redis.command('DEL', ...keys)
}

const WIPES = [
  ['FLUSHDB', (redis: RedisServer) => redis.command('FLUSHDB')],
  ['a scan and del', deleteAll],
] as const

describe.skipIf(!hasRedisServer)('a dataspace that is wiped', () => {
  it.each(WIPES)('by %s, and noticed by three at once, three times over: they agree', async (_, wipe) => {
    await using redis = await startRedis()
    await using a = await join(redis, QUIET)
    await using b = await join(redis, QUIET)
    await using c = await join(redis, QUIET)
    const all = [a, b, c]
    for (let round = 0; round < 3; round++) {
      await Promise.all(all.map((member, at) => member.put(`old${round}-${at}`, round)))
      for (const member of all) await member.store.refresh()
      await wipe(redis, a.prefix)
      const puts = await Promise.all(all.map((member, at) => member.put(`new${at}`, round)))
      expect(puts.map(({ durable, status }) => [status, durable])).toEqual(
        all.map(() => ['written', 'redis']),
      )
      await agree(all, { new0: round, new1: round, new2: round })
    }
    await using newcomer = await join(redis)
    await newcomer.sees({ new0: 2, new1: 2, new2: 2 })
  })

  it.each(WIPES)(
    'by %s while a newcomer writes at once stays wiped, for all who knew it',
    async (_, wipe) => {
      await using redis = await startRedis()
      await using proxy = await startProxy(redis.port)
      await using a = await join(redis, QUIET)
      await using b = await join(redis, QUIET)
      await using away = await join(proxy, { timeoutMs: 300 })
      await a.put('one', 1)
      await b.put('two', 2)
      await b.put('gone', 2)
      await b.put('gone', undefined)
      await until('it is seen', () => away.get('one') === 1 && away.get('two') === 2)
      for (const member of [a, b, away]) await member.store.refresh()
      await proxy.refuse()
      await away.is('down')
      await wipe(redis, a.prefix)
      await using newcomer = await join(redis)
      await newcomer.put('two', 20)
      await newcomer.put('new', 3)
      await Promise.all([a.put('afterA', 4), b.put('afterB', 5)])
      await proxy.pass()
      await agree([a, b, away, newcomer], { afterA: 4, afterB: 5, new: 3, two: 20 })
      expect(await field(redis, a, configOf('one'), 's')).toBe(null)
      expect(await field(redis, a, configOf('gone'), 's')).toBe(null)
      expect(await a.store.conflicts()).toEqual([])
    },
  )

  it('with writes waiting in one who is not the first to notice delivers them, in their order', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(redis)
    await using b = await join(proxy, { timeoutMs: 300 })
    await a.put('one', 1)
    await b.sees({ one: 1 })
    await proxy.refuse()
    await b.is('down')
    for (const value of [1, 2]) expect((await b.put('waiting', value)).durable).toBe('memory')
    await b.put('both', 1)
    await b.store.put('services:waiting:state', 'known', { basis: b.store.get(configOf('waiting'))!.stamp })
    await redis.command('FLUSHDB')
    await a.put('new', 3)
    await a.put('both', 2)
    await proxy.pass()
    await agree([a, b], { both: 2, new: 3, waiting: 2 })
    const state = a.store.get('services:waiting:state')!
    expect(state).toMatchObject({ value: 'known', basis: a.store.get(configOf('waiting'))!.stamp })
    // The earlier of two who had not seen each other is told, as ever.
    expect((await a.store.conflicts()).map(({ key, loser }) => [key, loser.json])).toEqual([
      [configOf('both'), '1'],
    ])
  })

  it('keeps what somebody who had never reached it brings before anybody has noticed', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(redis, QUIET)
    await a.put('one', 1)
    await proxy.refuse()
    await using late = await join(proxy, { timeoutMs: 300 })
    expect((await late.put('early', 2)).durable).toBe('memory')
    await redis.command('FLUSHDB')
    await using first = await join(redis, QUIET)
    await first.put('first', 3)
    await proxy.pass()
    await late.settled()
    expect(await field(redis, a, 'meta', 'cleared')).toBe('')
    await a.put('after', 4)
    await agree([a, first, late], { after: 4, early: 2, first: 3 })
    expect(await field(redis, a, 'meta', 'cleared')).not.toBe('')
  })

  it('after a clear does not bring back what waited and had been cleared', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(redis)
    await using b = await join(proxy, { timeoutMs: 300 })
    await a.put('one', 1)
    await b.sees({ one: 1 })
    await a.store.clear()
    await b.sees({})
    await a.put('two', 2)
    await b.sees({ two: 2 })
    await redis.command('FLUSHDB')
    await a.put('three', 3)
    await agree([a, b], { three: 3 })
  })

  it('takes what was stamped ahead of it along, and nothing that is written after it', async () => {
    await using redis = await startRedis()
    await using a = await join(redis, QUIET)
    const stamp = `${(Date.now() + 30_000).toString(16).padStart(12, '0')}0000-aheadahead`
    expect(await a.store.put(configOf('ahead'), 1, { stamp })).toMatchObject({ durable: 'redis' })
    await a.put('one', 1)
    await redis.command('FLUSHDB')
    await using newcomer = await join(redis)
    await newcomer.put('new', 2)
    await a.put('after', 3)
    await agree([a, newcomer], { after: 3, new: 2 })
  })

  it('is told from a restart without data that is met twice, cut off in between before anything was sent', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using a = await join(proxy, { timeoutMs: 300 })
    await a.put('one', 1)
    await proxy.refuse()
    await a.is('down')
    await redis.restart({ keepData: false })
    await proxy.pass()
    // What is read after it was entered: the dataspace is made by then.
    proxy.dropRequests(2, { to: ({ args }) => args[2] === `${a.prefix}index` })
    await until('it was cut off twice', () => proxy.counts.requestsDropped === 2)
    await agree([a], { one: 1 })
    expect(await field(redis, a, 'meta', 'cleared')).toBe('')
  })
})

describe.skipIf(!hasRedisServer)('a server that is rolled back within one connection', () => {
  it('to before a wipe has what came after it restored, and nothing that was wiped', async () => {
    await using redis = await startRedis({ config: ['enable-debug-command yes'] })
    await using a = await join(redis, QUIET)
    await a.put('wiped', 1)
    await redis.command('SAVE')
    await redis.command('FLUSHDB')
    await a.put('later', 2)
    await agree([a], { later: 2 })
    await redis.command('DEBUG', 'RELOAD', 'NOSAVE')
    expect(await field(redis, a, configOf('wiped'))).toBe('1')
    await a.put('last', 3)
    await agree([a], { last: 3, later: 2 })
    await using fresh = await join(redis)
    await fresh.sees({ last: 3, later: 2 })
  })
})

describe.skipIf(!hasRedisServer)('three processes with mirrors', () => {
  const valuesOf = (worker: MirrorWorker) => worker.ask('values')

  it.each(WIPES)(
    'that meet %s at once, writes waiting in one, agree, and so do their mirrors',
    async (_, wipe) => {
      await using scene = await mirrorScene()
      const ways = [await scene.anotherProxy(), await scene.anotherProxy(), await scene.anotherProxy()]
      // Two of them share a mirror.
      const mirrors = ['shared.db', 'shared.db', 'own.db'].map((name) => scene.path(name))
      const workers = await Promise.all(ways.map(({ url }, at) => scene.start({ url, mirror: mirrors[at]! })))
      await Promise.all(workers.map((worker, at) => worker.ask('put', config(`old${at}`), at)))
      for (const worker of workers) {
        await until('all see it', async () => Object.keys(await valuesOf(worker)).length === 3)
        await scene.delivered(worker)
      }
      await ways[2]!.refuse()
      await scene.down(workers[2]!)
      expect(await workers[2]!.ask('put', config('waiting'), 3)).toMatchObject({ durable: 'local' })
      await Promise.all(ways.slice(0, 2).map((way) => way.refuse()))
      await Promise.all(workers.slice(0, 2).map((worker) => scene.down(worker)))
      await wipe(scene.redis, 'default:ws:')
      const newcomer = await scene.start({ url: scene.redis.url, mirror: scene.path('newcomer.db') })
      await Promise.all([
        newcomer.ask('put', config('new'), 4),
        ...ways.map((way) => way.pass()),
        ...workers.map((worker) => worker.ask('refresh')),
      ])
      const expected = { [config('new')]: 4, [config('waiting')]: 3 }
      for (const worker of [...workers, newcomer]) {
        await scene.delivered(worker)
        await worker.ask('refresh')
        await until(
          'they agree',
          async () => JSON.stringify(await valuesOf(worker)) === JSON.stringify(expected),
        )
      }
      await Promise.all(workers.map((worker) => worker.ask('close')))
      for (const mirror of new Set(mirrors)) {
        const rows = scene.query<{ key: string }>('SELECT key FROM records ORDER BY key', mirror)
        expect(rows.map(({ key }) => key)).toEqual(Object.keys(expected))
      }
      // Who comes next has the mirror of one that was there.
      const next = await scene.start({ mirror: mirrors[0]! })
      await scene.delivered(next)
      expect(await valuesOf(next)).toEqual(expected)
      for (const worker of [...workers, newcomer]) expect(worker.stderr).toBe('')
    },
  )
})
