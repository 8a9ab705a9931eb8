import { putsAgainstBare } from '../redis/puts.mjs'
import { withRedis } from '../redis/with-redis.mjs'
import { atMost } from '../targets.mjs'

export const question = '`put`, acknowledged, one at once after the other'
export const comparedWith = 'the same script called through ioredis'
export const target = atMost(1.6)
export const needsRedis = true

export function run(sandbox) {
  return withRedis(sandbox, (redis) => putsAgainstBare(redis, { calls: 50, pairs: 51 }))
}
