import { describe, expect, it } from 'vitest'
import { startPair } from './redis-pair.ts'
import { hasRedisServer } from './redis-server.ts'

describe.skipIf(!hasRedisServer)('a master and its replica', () => {
  it('have the same data, and the replica is read-only until it is promoted', async () => {
    await using pair = await startPair()
    await pair.master.command('SET', 'k', 'v')
    await pair.inSync()
    expect(await pair.replica.command('GET', 'k')).toBe('v')
    await expect(pair.replica.command('SET', 'k', 'w')).rejects.toMatchObject({ code: 'READONLY' })
    await pair.master.kill()
    await pair.promote()
    expect(await pair.replica.command('SET', 'k', 'w')).toBe('OK')
  })

  it('a failover loses what was acknowledged while the replica stood still', async () => {
    await using pair = await startPair()
    await pair.master.command('SET', 'early', 'kept')
    await pair.inSync()
    await pair.pauseReplica()
    expect(await pair.master.command('SET', 'late', 'acknowledged')).toBe('OK')
    await pair.master.kill()
    await pair.promote()
    expect(await pair.replica.command('MGET', 'early', 'late')).toEqual(['kept', null])
  })
})
