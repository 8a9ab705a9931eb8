import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { type RedisSentinels, startSentinels } from '../support/redis-sentinel.ts'
import { hasRedisServer } from '../support/redis-server.ts'

let redis: RedisSentinels

const address = (sentinelName = redis.name) => ({
  sentinels: redis.servers.map(({ port }) => ({ host: '127.0.0.1', port })),
  sentinelName,
})
const enter = (dataspace: string) => join({ url: '' }, { address: address(), dataspace })

describe.skipIf(!hasRedisServer)('behind sentinels', () => {
  beforeAll(async () => {
    redis = await startSentinels()
  })
  afterAll(() => redis?.[Symbol.asyncDispose]())

  it('a failover on demand, with writes going on, loses nothing', { timeout: 60_000 }, async () => {
    const members = await Promise.all([enter('demand'), enter('demand'), enter('demand')])
    const expected: Record<string, number> = {}
    let over = false
    const writing = members.map(async (member, n) => {
      for (let at = 0; !over; at++) {
        expected[`m${n}w${at}`] = at
        member.count('m0w0')
        await member.put(`m${n}w${at}`, at)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })
    const master = await redis.failover()
    over = true
    await Promise.all(writing)
    for (const member of members) await member.settled()
    for (const member of members) await member.sees(expected)
    expect(Number(await master.command('HLEN', 'faults:demand:services:m0w0:config'))).toBeGreaterThan(0)
    for (const member of members) await member.store.close()
  })

  it('what a killed master had acknowledged and its replica never heard comes back', {
    timeout: 60_000,
  }, async () => {
    const [writer, reader] = (await Promise.all([enter('kill'), enter('kill')])) as [Member, Member]
    await writer.put('early', 1)
    await reader.sees({ early: 1 })
    const master = await redis.master()
    const heir = redis.pair.servers.find((server) => server !== master)!
    await until('the replica has it', async () => {
      const [, , , , offset] = (await heir.command('ROLE')) as unknown[]
      return String(offset) === (await master.stats()).info['master_repl_offset']
    })
    await heir.pause()
    await master.command('CLIENT', 'KILL', 'TYPE', 'replica')
    expect((await writer.put('late', 2)).durable).toBe('redis')
    await reader.sees({ early: 1, late: 2 })
    await master.kill()
    await heir.resume()
    await redis.failedOver(master)
    // The first attempt after it finds the new master.
    await writer.is('down', 'up', 'recovering')
    await writer.store.refresh()
    expect(await heir.command('HGET', 'faults:kill:services:late:config', 'v')).toBe('2')
    await reader.settled()
    await reader.put('after', 3)
    for (const member of [writer, reader]) await member.sees({ early: 1, late: 2, after: 3 })
    await writer.store.close()
    await reader.store.close()
    await master.restart({ config: [`replicaof 127.0.0.1 ${heir.port}`] })
  })

  it('a name the sentinels do not know is told', async () => {
    await using member = await join({ url: '' }, { address: address('nobody'), waitMs: 1000 })
    const { state, reason } = member.status
    expect(state).toBe('down')
    expect(reason).toContain('is a name that its sentinels do not know')
  })

  it('sentinels that are dead are told', async () => {
    const sentinels = [
      { host: '127.0.0.1', port: await freePort() },
      { host: '127.0.0.1', port: await freePort() },
    ]
    const dead = { sentinels, sentinelName: 'main' }
    await using member = await join({ url: '' }, { address: dead, waitMs: 1000 })
    const { state, reason } = member.status
    expect(state).toBe('down')
    expect(reason).toContain('All sentinels are unreachable')
  })
})
