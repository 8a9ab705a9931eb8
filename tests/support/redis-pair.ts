import { until } from './processes.ts'
import { type RedisGroup, startGroup } from './redis-group.ts'
import type { RedisOptions, RedisServer } from './redis-server.ts'

/** A server and its replica: for a failover by hand, also one that loses writes the master has acknowledged. */
export interface RedisPair extends RedisGroup {
  readonly master: RedisServer
  readonly replica: RedisServer
  /**
   * Cuts the replica off and stops it: what is written from now on is not on it, not even in a buffer of its connection.
   * To lose these writes, kill the master before the replica is promoted, or goes on.
   */
  pauseReplica(): Promise<void>
  /** Resolves when the replica has everything the master has acknowledged. */
  inSync(): Promise<void>
  /** Makes the replica a master, paused or not. The old master, if it lives, is not told. */
  promote(): Promise<void>
}

/** Starts both, and waits until the replica is in sync. */
export function startPair({ config = [] }: Pick<RedisOptions, 'config'> = {}): Promise<RedisPair> {
  return startGroup([{ config }, { config }], async ([master, replica]) => pairOf(master!, replica!))
}

async function pairOf(master: RedisServer, replica: RedisServer): Promise<Omit<RedisPair, keyof RedisGroup>> {
  const inSync = (): Promise<void> =>
    until('the replica is in sync', async () => {
      const role = await replica.command('ROLE')
      const { info } = await master.stats()
      return Array.isArray(role) && role[3] === 'connected' && String(role[4]) === info['master_repl_offset']
    })
  await replica.command('REPLICAOF', '127.0.0.1', master.port)
  await inSync()
  return {
    master,
    replica,
    inSync,
    pauseReplica: async () => {
      await replica.pause()
      await master.command('CLIENT', 'KILL', 'TYPE', 'replica')
    },
    promote: async () => {
      await replica.resume()
      await replica.command('REPLICAOF', 'NO', 'ONE')
    },
  }
}
