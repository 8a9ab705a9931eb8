import { describe, expect, it } from 'vitest'
import { startCluster } from './redis-cluster.ts'
import { connectRedis } from './redis-connection.ts'
import { hasRedisServer } from './redis-server.ts'

// Slow: several seconds for the start and for a failover.
describe.skipIf(!hasRedisServer)('a cluster of six', () => {
  it('has three masters, redirects, and refuses commands across slots', async () => {
    await using cluster = await startCluster()
    const masters = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => cluster.masterOf(key)))
    expect(new Set(masters).size).toBe(3)
    const master = await cluster.masterOf('{tag}:a')
    expect(await master.command('MSET', '{tag}:a', 1, '{tag}:b', 2)).toBe('OK')
    await expect(master.command('MSET', '{tag}:a', 1, 'a', 2)).rejects.toMatchObject({ code: 'CROSSSLOT' })
    const other = cluster.servers.find((server) => server !== master)!
    await expect(other.command('GET', '{tag}:a')).rejects.toMatchObject({ code: 'MOVED' })

    const next = await cluster.failoverOf('{tag}:a')
    expect(next).not.toBe(master)
    expect(await next.command('GET', '{tag}:a')).toBe('1')
    await expect(master.command('SET', '{tag}:a', 2)).rejects.toThrow(`127.0.0.1:${next.port}`)
  })

  it('replaces a killed master, and leaves no process behind', async () => {
    await using cluster = await startCluster()
    const pids = cluster.servers.map(({ pid }) => pid)
    const old = await cluster.masterOf('k')
    const next = await cluster.killMasterOf('k')
    await expect(connectRedis(old.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(next).not.toBe(old)
    expect(await next.command('SET', 'k', 'v')).toBe('OK')

    await old.restart()
    expect(await cluster.masterOf('k')).toBe(next)
    await expect(old.command('SET', 'k', 'w')).rejects.toMatchObject({ code: 'MOVED' })

    await cluster[Symbol.asyncDispose]()
    expect(pids).toHaveLength(6)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})
