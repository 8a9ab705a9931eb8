import { timePerCall } from '../harness.mjs'
import { withRedis } from './with-redis.mjs'

/** The socket timeout that these questions set, in ms; 2,000 when nothing is set. */
export const SOCKET_TIMEOUT = 500

/** How long it takes until a dataspace can be used while Redis does not answer; `trouble` sees to that. */
export function startWithout(sandbox, { trouble }) {
  return withRedis(sandbox, async (redis) => {
    await redis.dataspace('ours')
    await trouble(redis)
    return sandbox.interleaved(
      { ours: () => timePerCall(() => open(redis), 1), ioredis: () => timePerCall(() => plain(redis), 1) },
      { rounds: 3 },
    )
  })
}

async function open(redis) {
  const dataspace = await redis.dataspace('ours', { timeoutMs: SOCKET_TIMEOUT })
  const { state } = dataspace.status()
  if (state === 'up') throw new Error('Redis was reached')
}

async function plain(redis) {
  const client = redis.client({
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    connectTimeout: SOCKET_TIMEOUT,
    commandTimeout: SOCKET_TIMEOUT,
  })
  const failed = await client
    .connect()
    .then(() => client.ping())
    .then(
      () => false,
      () => true,
    )
  client.disconnect()
  if (!failed) throw new Error('Redis answered')
}
