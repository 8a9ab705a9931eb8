import { timePerCall, timePerSyncCall } from '../../harness.mjs'
import { listKey, puts } from '../../redis/records.mjs'
import { withRedis } from '../../redis/with-redis.mjs'
import { withinMicroseconds } from '../../targets.mjs'

export const question = '`get` of a tool list among 1,000 services'
export const comparedWith = {
  ioredis: { name: "ioredis' `HGET`", target: withinMicroseconds(0.2) },
  map: { name: '`get` of a `Map` of 1,000' },
}
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
    const map = new Map(puts(1000).map(({ key: name, value }) => [name, value])).set(key, { tools: [] })
    return sandbox.interleaved(
      {
        ours: () => timePerSyncCall(() => dataspace.get(key), CALLS),
        map: () => timePerSyncCall(() => map.get(key), CALLS),
        ioredis: () => timePerCall(() => client.hget(`bench:ours:${key}`, 'v'), QUESTIONS),
      },
      { rounds: 51, warmUps: 5 },
    )
  })
}
