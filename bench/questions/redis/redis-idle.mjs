import { setTimeout as sleep } from 'node:timers/promises'
import { startProxy } from '../../redis/proxy.mjs'
import { puts } from '../../redis/records.mjs'
import { withRedis } from '../../redis/with-redis.mjs'
import { sidesOf } from '../../statistics.mjs'
import { atMost } from '../../targets.mjs'

/** A beat is every 10 s; here the clock of the beat runs twenty times as fast. */
const BEAT_MS = 500
const BEATS = 10

export const question = `requests of an idle process in the time of ${BEATS} beats (${BEAT_MS} ms, else 10 s)`
export const unit = 'requests'
export const comparedWith = { ioredis: { name: 'ioredis, a `PING` each beat', target: atMost(1) } }
export const needsRedis = true

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const [ourProxy, plainProxy] = [await startProxy(redis.port), await startProxy(redis.port)]
    const dataspace = await redis.dataspace('ours', { at: ourProxy.port, beatMs: BEAT_MS })
    await dataspace.putAll(puts(1000))
    const client = redis.client({ port: plainProxy.port })
    await client.ping()
    const timer = setInterval(() => client.ping(), BEAT_MS)
    try {
      const [ours, plain] = [ourProxy.requests, plainProxy.requests]
      await sleep(BEATS * BEAT_MS + BEAT_MS / 2)
      const round = { ours: ourProxy.requests - ours, ioredis: plainProxy.requests - plain }
      if (round.ours === 0) throw new Error('there was no beat')
      return sidesOf([round])
    } finally {
      clearInterval(timer)
      await dataspace.close()
      for (const proxy of [ourProxy, plainProxy]) await proxy.refuse()
    }
  })
}
