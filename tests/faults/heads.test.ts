import { join as pathOf } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configOf, join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { removeFolder, temporaryFolder } from '../support/temporary-folder.ts'

const QUIET = 3_600_000
const cacheOf = (service: string) => `services:${service}:cache`
const namesOf = (count: number) => Array.from({ length: count }, (_, at) => `service-${at}`)

/** A value that is worth leaving out. */
const listOf = (name: string) => ({ name, tools: 'x'.repeat(30_000) })

async function putList({ store }: Member, service: string, value = listOf(service)): Promise<void> {
  const { stamp } = await store.put(configOf(service), { name: service })
  await store.put(cacheOf(service), value, { basis: stamp, head: { count: 1 } })
}

const hash = async (redis: RedisServer, { prefix }: Member, service: string) =>
  (await redis.command('HMGET', `${prefix}${cacheOf(service)}`, 'v', 'h')) as (string | null)[]

/** What went over the wire since the proxy was reset. */
const traffic = (proxy: TcpProxy) => ({
  read: proxy.commands
    .filter(({ name }) => name === 'HMGET')
    .map(({ args }) => args[0]!.split(':').slice(-2).join(':')),
  bytes: proxy.counts.reply.delivered,
})

describe.skipIf(!hasRedisServer)('values that are read apart from their records', () => {
  it('are read in three round trips after the connection stands, the opening of ten lists included', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using writer = await join(redis)
    for (const name of namesOf(10)) await putList(writer, name)
    await using warm = await join(proxy, { values: 'asked', beatMs: QUIET })
    await warm.store.load(namesOf(10).map(cacheOf))
    expect(warm.store.list('services:', 'cache')).toHaveLength(10)
    // The handshake ends when it is known which dataspace there is: what follows are the feed, the records, the values.
    const [main] = proxy.commands.filter(({ name }) => name === 'HMGET')
    const own = proxy.commands.filter(({ connection }) => connection === main!.connection)
    const feed = own.findIndex(({ name, args }) => name.startsWith('EVAL') && args[2]?.endsWith(':index'))
    expect(feed).toBeGreaterThan(0)
    expect(new Set(own.slice(feed).map(({ batch }) => batch)).size).toBeLessThanOrEqual(3)
  })

  it('stay where they are until they are asked for, and a change brings itself and nothing else', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using writer = await join(redis)
    for (const name of namesOf(100)) await putList(writer, name)
    await using reader = await join(proxy, { values: 'asked', beatMs: QUIET })
    expect(reader.store.list('services:', 'config')).toHaveLength(100)
    expect(traffic(proxy).bytes).toBeLessThan(100_000)
    proxy.forget()
    await reader.store.load([cacheOf('service-7')])
    expect(traffic(proxy).read).toEqual([cacheOf('service-7').slice('services:'.length)])
    expect(traffic(proxy).bytes).toBeLessThan(2 * 30_000)
    proxy.forget()
    await putList(writer, 'service-8', { name: 'changed', tools: 'y'.repeat(30_000) })
    await until('it is told', () => reader.store.get(cacheOf('service-8')) !== undefined)
    expect(traffic(proxy).read).toEqual(['service-8:cache'])
    expect(traffic(proxy).bytes).toBeLessThan(2 * 30_000)
  })

  it('are not there when Redis went away before they were read, and come when it is back', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using writer = await join(redis)
    await putList(writer, 'a')
    await using reader = await join(proxy, { values: 'asked', timeoutMs: 300 })
    await until('it is known of', () => reader.store.head(cacheOf('a')) !== undefined)
    await proxy.refuse()
    await reader.is('down')
    await reader.store.load([cacheOf('a')])
    expect(reader.store.get(cacheOf('a'))).toBeUndefined()
    expect(reader.store.head(cacheOf('a'))).toMatchObject({ head: { count: 1 }, isLoaded: false })
    await proxy.pass()
    await reader.settled()
    await reader.store.load([cacheOf('a')])
    expect(reader.store.get(cacheOf('a'))?.value).toEqual(listOf('a'))
  })

  it('are read from a server that takes no writes, by who began then, too', async () => {
    await using redis = await startRedis({ config: ['maxmemory-policy noeviction'] })
    await using writer = await join(redis)
    for (const name of ['a', 'b']) await putList(writer, name)
    const here = await writer.store.nodes()
    await redis.command('CONFIG', 'SET', 'maxmemory', 1)
    await using reader = await join(redis, { values: 'asked' })
    await using stays = await join(redis)
    await Promise.all([reader.is('write-degraded'), stays.is('write-degraded')])
    await reader.store.load([cacheOf('a')])
    expect(reader.store.get(cacheOf('a'))?.value).toEqual(listOf('a'))
    const shown: string[] = []
    await reader.store.show([cacheOf('b')], (_, json) => shown.push(json))
    expect(shown).toEqual([JSON.stringify(listOf('b'))])
    expect(reader.store.head(cacheOf('b'))).toMatchObject({ isLoaded: false })
    const ids = (nodes: typeof here) => nodes.map(({ id }) => id)
    expect(ids(await reader.store.nodes())).toEqual(expect.arrayContaining(ids(here)))
    await until('all are read behind', () => stays.store.list('services:', 'cache').length === 2)
    expect([reader, stays].map(({ status }) => status.state)).toEqual(['write-degraded', 'write-degraded'])
  })

  it('are read on after a cut in the middle, by a process that stays', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using writer = await join(redis)
    for (const name of namesOf(200)) await putList(writer, name)
    const values = ({ name, args }: { name: string; args: string[] }) =>
      name === 'HMGET' && args.includes('v')
    await using reader = await join(proxy, { values: 'asked' })
    proxy.dropReplies(1, { to: values })
    await reader.store.load(namesOf(200).map(cacheOf))
    expect(proxy.counts.repliesDropped).toBe(1)
    await until('all are there', async () => {
      await reader.store.load(namesOf(200).map(cacheOf))
      return reader.store.list('services:', 'cache').length === 200
    })
    expect(reader.verdicts).toEqual([])
  })

  it('are given back to a Redis that lost them by who has them, whole, and by nobody else', async () => {
    await using redis = await startRedis()
    await using writer = await join(redis)
    await using other = await join(redis, { values: 'asked' })
    await putList(writer, 'a')
    await other.sees({ a: { name: 'a' } })
    await writer.store.close()
    await using reader = await join(redis, { values: 'asked' })
    await other.store.close()
    await redis.restart({ keepData: false })
    await reader.settled()
    await until('its config is given back', async () => {
      return (await redis.command('EXISTS', `${reader.prefix}${configOf('a')}`)) === 1
    })
    expect(await hash(redis, reader, 'a')).toEqual([null, null])
    expect(reader.store.head(cacheOf('a'))).toBeUndefined()
    expect(reader.store.status().pendingWrites).toBe(0)
    // One that has read it gives it back.
    await putList(reader, 'b')
    await using whole = await join(redis)
    await until('it has it', () => whole.store.get(cacheOf('b')) !== undefined)
    await reader.store.close()
    await redis.restart({ keepData: false })
    await whole.settled()
    await until('it is there again', async () => (await hash(redis, whole, 'b'))[0] !== null)
    expect(await hash(redis, whole, 'b')).toEqual([JSON.stringify(listOf('b')), '{"count":1}'])
  })

  it('of an older version, which knows no heads, are read at once', async () => {
    await using redis = await startRedis()
    await using writer = await join(redis)
    await putList(writer, 'a')
    await redis.command('HDEL', `${writer.prefix}${cacheOf('a')}`, 'h')
    await using reader = await join(redis, { values: 'asked' })
    expect(reader.store.get(cacheOf('a'))?.value).toEqual(listOf('a'))
    expect(reader.store.head(cacheOf('a'))).toMatchObject({ head: undefined, isLoaded: true })
  })

  it('that somebody spoiled are set aside by name when they are read', async () => {
    await using redis = await startRedis()
    await using writer = await join(redis)
    await putList(writer, 'a')
    await putList(writer, 'b')
    await redis.command('HSET', `${writer.prefix}${cacheOf('a')}`, 'v', '{')
    await redis.command('HSET', `${writer.prefix}${cacheOf('b')}`, 'h', '{')
    await using reader = await join(redis, { values: 'asked' })
    await reader.store.load([cacheOf('a'), cacheOf('b')])
    expect(reader.store.get(cacheOf('a'))).toBeUndefined()
    expect(reader.store.get(cacheOf('b'))?.value).toEqual(listOf('b'))
    expect(reader.store.head(cacheOf('b'))?.head).toBeUndefined()
    expect(reader.status.quarantined).toEqual([{ key: cacheOf('a'), problem: 'its value is not JSON' }])
  })

  it('are in the mirror whole or not at all, and come from it while Redis is away', async () => {
    const folder = temporaryFolder('mcpstore-heads-')
    onTestFinished(() => removeFolder(folder))
    const mirror = pathOf(folder, 'mirror.db')
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    const writer = await join(redis)
    for (const name of ['a', 'b']) await putList(writer, name)
    await writer.store.close()
    const first = await join(proxy, { values: 'asked', mirror })
    await first.store.load([cacheOf('a')])
    await first.store.close()
    await proxy.refuse()
    await using reader = await join(proxy, { values: 'asked', mirror, timeoutMs: 300 })
    expect(reader.status.state).toBe('down')
    expect(reader.store.get(cacheOf('a'))?.value).toEqual(listOf('a'))
    expect(reader.store.head(cacheOf('a'))).toMatchObject({ head: { count: 1 }, isLoaded: true })
    expect(reader.get('b')).toEqual({ name: 'b' })
    expect(reader.store.head(cacheOf('b'))).toBeUndefined()
    // What it holds is pushed whole after a loss.
    await redis.restart({ keepData: false })
    await proxy.pass()
    await reader.settled()
    expect(await hash(redis, reader, 'a')).toEqual([JSON.stringify(listOf('a')), '{"count":1}'])
    expect(await hash(redis, reader, 'b')).toEqual([null, null])
  })
})
