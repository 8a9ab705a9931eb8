import { type RedisOptions, type RedisServer, startRedis } from './redis-server.ts'
import { startProxy, type TcpProxy } from './tcp-proxy.ts'

/** A server, and the only way to it for what is tested; the test itself asks the server behind the proxy's back. */
export interface ProxiedRedis extends AsyncDisposable {
  readonly redis: RedisServer
  readonly proxy: TcpProxy
}

/** Starts both. */
export async function startProxiedRedis(options: RedisOptions = {}): Promise<ProxiedRedis> {
  const redis = await startRedis(options)
  const proxy = await startProxy(redis.port)
  const dispose = async (): Promise<void> => {
    await proxy[Symbol.asyncDispose]()
    await redis.stop()
  }
  return { redis, proxy, [Symbol.asyncDispose]: dispose }
}
