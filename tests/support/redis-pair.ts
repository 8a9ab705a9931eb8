import { until } from './processes.ts'
import { type RedisOptions, type RedisServer, startRedis } from './redis-server.ts'

/** A server and its replica: for a failover by hand, also one that loses writes the master has acknowledged. */
export interface RedisPair extends AsyncDisposable {
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
export async function startPair(options: Pick<RedisOptions, 'config'> = {}): Promise<RedisPair> {
  const master = await startRedis(options)
  const config = [...(options.config ?? []), `replicaof 127.0.0.1 ${master.port}`]
  const replica = await startRedis({ config }).catch(async (error: unknown) => {
    await master.stop()
    throw error
  })
  const stop = async (): Promise<void> => void (await Promise.all([master.stop(), replica.stop()]))
  const pair: RedisPair = {
    master,
    replica,
    pauseReplica: async () => {
      await replica.pause()
      await master.command('CLIENT', 'KILL', 'TYPE', 'replica')
    },
    inSync: () =>
      until('the replica is in sync', async () => {
        const [role, offset] = [
          await replica.command('ROLE'),
          (await master.stats()).info['master_repl_offset'],
        ]
        return Array.isArray(role) && role[3] === 'connected' && String(role[4]) === offset
      }),
    promote: async () => {
      await replica.resume()
      await replica.command('REPLICAOF', 'NO', 'ONE')
    },
    [Symbol.asyncDispose]: stop,
  }
  await pair.inSync().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return pair
}
