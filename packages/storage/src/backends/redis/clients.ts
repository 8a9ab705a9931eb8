import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import type { RedisTarget } from './target.ts'

/** The connections of one session: for commands, and for hints, which may be the same client. */
export interface Clients {
  commands: Redis | Cluster
  hints: Redis | Cluster
}

/**
 * What keeps ioredis from doing things of its own: a command is sent once or fails, and a connection that ends stays
 * ended. Reconnecting, repeating and subscribing again are decided by the tier.
 */
const PLAIN: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  reconnectOnError: null,
  enableReadyCheck: false,
  enableAutoPipelining: false,
  disableClientInfo: true,
  keepAlive: 10_000,
  // How long a server may take to close the other end; until then the process is held.
  disconnectTimeout: 100,
  keyPrefix: '',
  stringNumbers: false,
  // A database that cannot be selected must not be mistaken for database 0, so it is selected by the session.
  db: 0,
}

/** Makes clients that have not begun to connect. `timeoutMs` bounds what ioredis does by itself. */
export function makeClients(target: RedisTarget, { timeoutMs }: { timeoutMs: number }): Clients {
  const options = { ...PLAIN, connectTimeout: timeoutMs }
  const { kind, where, nodes, username, password, client } = target
  const credentials = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  }
  const clusterOptions: ClusterOptions = {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: () => null,
    slotsRefreshTimeout: timeoutMs,
  }
  if (kind === 'cluster') {
    const redisOptions = { ...options, ...where, ...credentials }
    const cluster = new Cluster([...nodes], { ...clusterOptions, redisOptions })
    return { commands: cluster, hints: cluster }
  }
  if (kind === 'client' && client!.isCluster) {
    const { redisOptions } = (client as Cluster).options
    const cluster = (client as Cluster).duplicate([], {
      ...clusterOptions,
      redisOptions: { ...redisOptions, ...options },
    })
    return { commands: cluster, hints: cluster }
  }
  if (kind === 'client') {
    const make = () => (client as Redis).duplicate(options)
    return { commands: make(), hints: make() }
  }
  const sentinel = { ...credentials, enableReadyCheck: true, sentinelRetryStrategy: () => null }
  const make = () => new Redis({ ...options, ...where, ...(kind === 'sentinel' && sentinel) })
  return { commands: make(), hints: make() }
}
