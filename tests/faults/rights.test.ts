import { recordKey, redisAclRules } from '@mcpstore/storage'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { mcpstore } from '../support/mcpstore.ts'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { startCluster } from '../support/redis-cluster.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { removeFolder, temporaryFolder } from '../support/temporary-folder.ts'

const PLACE = { namespace: 'default', dataspace: 'ws' }

/** Makes a user of the rights that are printed. */
async function makeUser(servers: readonly RedisServer[], namespace: string, ...more: string[]) {
  const words = ['SETUSER', 'mcpstore', 'on', '>secret', ...redisAclRules(namespace), ...more]
  for (const server of servers) await server.command('ACL', ...words)
}

/** The user that the command tells people to make, and where it signs in. */
async function asPrinted(redis: RedisServer, ...more: string[]): Promise<{ url: string }> {
  await makeUser([redis], PLACE.namespace, ...more)
  return { url: `redis://mcpstore:secret@127.0.0.1:${redis.port}` }
}

const refusals = async (redis: RedisServer) => (await redis.stats()).info['errorstat_NOPERM']

async function useAll(a: Member, b: Member): Promise<void> {
  await a.put('one', 1)
  await a.store.put('services:one:cache', { tools: [] }, { basis: a.store.get(configOf('one'))!.stamp })
  a.count('one', 2)
  await until('it is counted', () => b.calls('one') === 2)
  const lease = await a.store.lease('x', 1000)
  if (lease.granted) await lease.release()
  expect(await a.store.putIf(configOf('one'), 2, 'absent')).toMatchObject({ status: 'refused' })
  await b.put('two', 2)
  await b.put('two', undefined)
  await a.store.project([{ key: 'tools:t:info', field: 'one', json: '{}' }])
  expect(await a.store.conflicts()).toEqual([])
}

describe.skipIf(!hasRedisServer)('the rights that mcpstore redis acl prints', () => {
  it('are these', async () => {
    await using box = new Box()
    for (const namespace of ['default', 'team 北京*']) {
      const { exit, stdout } = await mcpstore(box, ['redis', 'acl', '--namespace', namespace, '--user', 'a'])
      const rules = redisAclRules(namespace).join(' ')
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: `ACL SETUSER a on >PASSWORD ${rules}\n` })
    }
    expect(redisAclRules('team 北京*')).toContain('~team%20北京%2A:*')
    const wrong = await mcpstore(box, ['redis', 'acl', '--user', 'a b'])
    expect(wrong).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('--user') })
    expect(await mcpstore(box, ['redis', 'flush'])).toMatchObject({ exit: 1, stdout: '' })
  })

  it('are enough to use all, to clear, to meet a wipe and a loss, and to adopt', async () => {
    await using redis = await startRedis()
    const app = await asPrinted(redis)
    const home = temporaryFolder('mcpstore-rights-')
    try {
      const a = await join(app, { ...PLACE, mirror: `${home}/a.db` })
      await using b = await join(app, PLACE)
      await useAll(a, b)
      await a.store.clear()
      await b.sees({})
      await b.put('two', 2)
      await a.sees({ two: 2 })
      await redis.command('FLUSHDB')
      await b.put('three', 3)
      for (const member of [a, b]) await member.sees({ three: 3 })
      await redis.restart({ keepData: false })
      await asPrinted(redis)
      await Promise.all([a.settled(), b.settled()])
      for (const member of [a, b]) await member.sees({ three: 3 })
      expect([a.status.missing, b.status.missing]).toEqual([[], []])
      await a.store.close()
      await b.store.close()
      // Somebody begins it anew, so that the mirror is of another dataspace.
      await redis.restart({ keepData: false })
      await asPrinted(redis)
      await using fresh = await join(app, PLACE)
      await fresh.put('fresh', 4)
      await using back = await join(app, { ...PLACE, mirror: `${home}/a.db` })
      expect(back.status.mirror!.problem).toContain('another dataspace')
      await back.store.adopt()
      await back.settled()
      for (const member of [back, fresh]) await member.sees({ fresh: 4, three: 3 })
      const found = Object.fromEntries((await fresh.store.inspect()).map((one) => [one.name, one]))
      expect(found).toMatchObject({
        rights: { severity: 'ok', value: [] },
        dataspace: { severity: 'ok', value: { bytes: expect.any(Number) } },
        'slow log': { severity: 'unknown' },
      })
      // That one, and nothing else.
      expect(await refusals(redis)).toBe('count=1')
    } finally {
      removeFolder(home)
    }
  })

  it('are rights to no other namespace, be its name one that begins or goes on like it', async () => {
    await using redis = await startRedis()
    const { url } = await asPrinted(redis)
    await using own = await join({ url }, PLACE)
    for (const namespace of ['defaul', 'default2', 'default.ws', 'other']) {
      for (const hashTag of [false, true]) {
        await using stranger = await join({ url }, { ...PLACE, namespace, hashTag })
        expect(stranger.status, namespace).toMatchObject({ state: 'auth', backend: 'memory' })
      }
    }
    expect(own.status.state).toBe('up')
    const ours = ['default::dataspaces', ...['meta', 'nodes'].map((name) => own.prefix + name)]
    expect(await redis.command('DBSIZE')).toBe(await redis.command('EXISTS', ...ours))
  })

  it('are enough on a cluster', { timeout: 60_000 }, async () => {
    await using cluster = await startCluster()
    await makeUser(cluster.servers, 'default')
    const nodes = cluster.servers.map(({ port }) => ({ host: '127.0.0.1', port }))
    const address = { cluster: nodes, username: 'mcpstore', password: 'secret' }
    const place = { ...PLACE, address, hashTag: true }
    await using a = await join({ url: '' }, place)
    await using b = await join({ url: '' }, place)
    await useAll(a, b)
    expect(await a.store.clear()).toBe('redis')
    await b.sees({})
    expect([a.status.missing, b.status.missing]).toEqual([[], []])
    for (const server of cluster.servers) {
      const refused = (await server.command('ACL', 'LOG')) as string[][]
      // What ioredis tells of itself where it subscribes; older servers know no such right.
      expect(refused.filter((entry) => !entry.includes('client|setinfo'))).toEqual([])
    }
  })

  it('but the one to ask for INFO: that is told, and a wipe is no wipe', async () => {
    await using redis = await startRedis()
    await using a = await join(await asPrinted(redis, '-info'), PLACE)
    await a.put('one', 1)
    expect(a.status).toMatchObject({
      state: 'up',
      missing: [expect.stringMatching(/^INFO: nobody can tell/)],
    })
    await redis.command('FLUSHDB')
    await a.put('two', 2)
    await a.settled()
    const key = recordKey({ scope: 'store', service: 'one', kind: 'config' })
    expect(await redis.command('HGET', a.prefix + key, 'v')).toBe('1')
    expect(a.configs).toEqual({ one: 1, two: 2 })
  })
})
