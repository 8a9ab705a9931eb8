import { type RedisOptions, type RedisServer, startRedis } from './redis-server.ts'

/** Servers that are started and stopped together. */
export interface RedisGroup extends AsyncDisposable {
  readonly servers: readonly RedisServer[]
}

/** Starts a server for each of the options, and makes something of them. Whatever fails, none is left over. */
export async function startGroup<Made extends object>(
  options: readonly RedisOptions[],
  make: (servers: readonly RedisServer[]) => Promise<Made>,
): Promise<RedisGroup & Made> {
  const starts = await Promise.allSettled(options.map((each) => startRedis(each)))
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  const stop = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.stop())))
  try {
    const failed = starts.find((start) => start.status === 'rejected')
    if (failed) throw failed.reason
    return { ...(await make(servers)), servers, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}
