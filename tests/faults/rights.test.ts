import { readFileSync } from 'node:fs'
import { recordKey } from '@mcpstore/storage'
import { describe, expect, it } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { workspaceRoot } from '../support/modules.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { removeFolder, temporaryFolder } from '../support/temporary-folder.ts'

const PLACE = { namespace: 'default', dataspace: 'ws' }

/** The user that the page tells people to make, and where it signs in. */
async function asDocumented(redis: RedisServer, ...more: string[]): Promise<{ url: string }> {
  const page = readFileSync(`${workspaceRoot}docs/redis.md`, 'utf8')
  const [, words] = /^ACL SETUSER mcpstore (.+)$/m.exec(page)!
  const rights = words!.replace('PASSWORD', 'secret').split(' ')
  await redis.command('ACL', 'SETUSER', 'mcpstore', 'reset', ...rights, ...more)
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

describe.skipIf(!hasRedisServer)('the rights that the page names', () => {
  it('are enough to use all, to clear, to meet a wipe and a loss, and to adopt', async () => {
    await using redis = await startRedis()
    const app = await asDocumented(redis)
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
      await asDocumented(redis)
      await Promise.all([a.settled(), b.settled()])
      for (const member of [a, b]) await member.sees({ three: 3 })
      expect([a.status.missing, b.status.missing]).toEqual([[], []])
      await a.store.close()
      await b.store.close()
      // Somebody begins it anew, so that the mirror is of another dataspace.
      await redis.restart({ keepData: false })
      await asDocumented(redis)
      await using fresh = await join(app, PLACE)
      await fresh.put('fresh', 4)
      await using back = await join(app, { ...PLACE, mirror: `${home}/a.db` })
      expect(back.status.mirror!.problem).toContain('another dataspace')
      await back.store.adopt()
      await back.settled()
      for (const member of [back, fresh]) await member.sees({ fresh: 4, three: 3 })
      expect(await refusals(redis)).toBeUndefined()
    } finally {
      removeFolder(home)
    }
  })

  it('but the one to ask for INFO: that is told, and a wipe is no wipe', async () => {
    await using redis = await startRedis()
    await using a = await join(await asDocumented(redis, '-info'), PLACE)
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
