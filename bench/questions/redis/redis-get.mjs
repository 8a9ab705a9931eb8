import { timePerCall, timePerSyncCall } from '../../harness.mjs'
import { listKey, puts } from '../../redis/records.mjs'
import { withRedis } from '../../redis/with-redis.mjs'
import { withinMicroseconds } from '../../targets.mjs'

export const question = '`get` of a tool list among 1,000 services'
export const comparedWith = { ioredis: { name: "ioredis' `HGET`", target: withinMicroseconds(0.2) } }
export const needsRedis = true

const CALLS = 100_000
const QUESTIONS = 20

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const dataspace = await redis.dataspace('ours')
    await dataspace.putAll(puts(1000))
    const key = listKey(500)
    await dataspace.put(key, { tools: [] })
    const client = redis.client()
    return sandbox.interleaved(
      {
        ours: () => timePerSyncCall(() => dataspace.get(key), CALLS),
        ioredis: () => timePerCall(() => client.hget(`bench:ours:${key}`, 'v'), QUESTIONS),
      },
      { rounds: 51, warmUps: 5 },
    )
  })
}
