import { type ConformanceSubject, conformanceCases } from '@mcpstore/storage/conformance'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts'
import { hasRedisServer, type RedisServer } from '../support/redis-server.ts'

let cluster: RedisCluster
let dataspaces = 0

const nodes = () => cluster.servers.map(({ port }) => ({ host: '127.0.0.1', port }))
const address = () => ({ cluster: nodes() })

/** Members of a dataspace of their own, and the key that all of it lies beside. */
async function place(count: number): Promise<{ members: Member[]; meta: string } & AsyncDisposable> {
  const dataspace = `d${++dataspaces}`
  const options = { address: address(), dataspace, hashTag: true }
  const members = await Promise.all(Array.from({ length: count }, () => join({ url: '' }, options)))
  for (const member of members) await member.settled()
  const leave = async () => void (await Promise.all(members.map((member) => member.store.close())))
  return { members, meta: `${members[0]!.prefix}meta`, [Symbol.asyncDispose]: leave }
}

/** The server that replicates the master. */
async function replicaOf(master: RedisServer): Promise<RedisServer> {
  for (const server of cluster.servers.filter(({ isRunning }) => isRunning)) {
    const role = (await server.command('ROLE')) as unknown[]
    if (role[0] === 'slave' && role[2] === master.port) return server
  }
  throw new Error(`nobody replicates ${master.port}`)
}

describe.skipIf(!hasRedisServer)('on a cluster', () => {
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster?.[Symbol.asyncDispose]())

  it.each(conformanceCases)('$name', async ({ run }) => {
    let now = 0
    const target = redisTarget(address())
    const options = { target, namespace: 'conformance', dataspace: `${++dataspaces}` }
    const subject: ConformanceSubject = {
      connect: () => redisBackend({ ...options, serverNow: () => now }),
      setNow: (ms) => {
        now = ms
      },
      dispose: async () => {},
    }
    await run(subject)
  })

  it('a client of the host is asked for its nodes, and left as it is', async () => {
    const client = new Cluster(nodes())
    await client.set('{own}', 'value')
    const member = await join({ url: '' }, { address: { client }, dataspace: 'host', hashTag: true })
    await member.put('a', 1)
    await member.settled()
    expect(await client.hget(`${member.prefix}services:a:config`, 'v')).toBe('1')
    await member.store.close()
    expect(await client.get('{own}')).toBe('value')
    expect(client.status).toBe('ready')
    await client.quit()
  })

  it('a failover by command interrupts nobody for long, and loses nothing', async () => {
    await using joined = await place(3)
    const { members, meta } = joined
    const expected: Record<string, number> = {}
    let over = false
    const writing = members.map(async (member, n) => {
      for (let at = 0; !over; at++) {
        expected[`m${n}w${at}`] = at
        await member.put(`m${n}w${at}`, at)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })
    const before = await cluster.masterOf(meta)
    const after = await cluster.failoverOf(meta)
    expect(after).not.toBe(before)
    over = true
    await Promise.all(writing)
    for (const member of members) await member.settled()
    for (const member of members) await member.sees(expected)
    expect(Object.keys(expected).length).toBeGreaterThan(3)
    expect(Number(await after.command('ZCARD', meta.replace(/meta$/, 'index')))).toBe(
      Object.keys(expected).length,
    )
  })

  it('what a killed master had acknowledged and its replica never heard comes back', {
    timeout: 60_000,
  }, async () => {
    await using joined = await place(2)
    const { members, meta } = joined
    const [writer, reader] = members as [Member, Member]
    await writer.put('early', 1)
    writer.count('early', 3)
    await reader.sees({ early: 1 })
    const master = await cluster.masterOf(meta)
    const replica = await replicaOf(master)
    await until('the replica has it', async () => {
      const [, , , , offset] = (await replica.command('ROLE')) as unknown[]
      return String(offset) === (await master.stats()).info['master_repl_offset']
    })
    await replica.pause()
    await master.command('CLIENT', 'KILL', 'TYPE', 'replica')
    expect((await writer.put('late', 2)).durable).toBe('redis')
    await reader.sees({ early: 1, late: 2 })
    await master.kill()
    await replica.resume()
    await until('the replica is the master', async () => (await cluster.masterOf(meta)) === replica)
    for (const member of members) await member.settled()
    await until('the write is there again', async () => {
      return (await replica.command('HGET', `${writer.prefix}services:late:config`, 'v')) === '2'
    })
    await reader.put('after', 3)
    for (const member of members) await member.sees({ early: 1, late: 2, after: 3 })
    await until('the count is exact', () => writer.calls('early') === 3 && reader.calls('early') === 3)
    await master.restart()
    expect(await cluster.masterOf(meta)).toBe(replica)
  })

  it('no command ever spanned slots', async () => {
    const stats = await Promise.all(cluster.servers.map((server) => server.stats()))
    expect(stats.some(({ calls }) => (calls['evalsha'] ?? 0) > 100)).toBe(true)
    for (const { info } of stats) expect(info['errorstat_CROSSSLOT']).toBeUndefined()
  })
})
