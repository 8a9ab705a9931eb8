import { timeMedianCall } from '../harness.mjs'
import { bareMerge } from './bare-merge.mjs'
import { changing } from './records.mjs'
import { withRedis } from './with-redis.mjs'

const NOT_TIMED = 5000

/**
 * `put` against the same script called bare, and a `PING`. `pause` is awaited before each call and not timed; 5,000 calls that do not
 * count go before, until when both sides are compiled.
 */
export function putsAgainstBare(sandbox, { calls, rounds, pause }) {
  return withRedis(sandbox, async (redis) => {
    const bare = await bareMerge(redis)
    const put = acknowledgedPut(await redis.dataspace('ours'))
    const next = changing()
    const client = redis.client()
    const script = () => bare(next().value)
    for (const call of [put, script]) await timeMedianCall(call, NOT_TIMED)
    return sandbox.interleaved(
      {
        ours: () => timeMedianCall(put, calls, { pause }),
        ioredis: () => timeMedianCall(script, calls, { pause }),
        ping: () => timeMedianCall(() => client.ping(), calls, { pause }),
      },
      { rounds, warmUps: 5 },
    )
  })
}

/** A function that puts another value each time, and fails when Redis does not acknowledge it. */
export function acknowledgedPut(dataspace, record) {
  const next = changing(record)
  return async () => {
    const { key, value } = next()
    const { durable } = await dataspace.put(key, value)
    if (durable !== 'redis') throw new Error(`it was kept in ${durable}`)
  }
}
