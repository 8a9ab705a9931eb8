import { putsAgainstBare } from '../../redis/puts.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`put`, acknowledged, one at once after the other'
export const comparedWith = {
  ioredis: { name: 'the same script called through ioredis', target: atMost(1.6) },
  ping: { name: 'a bare round trip: `PING`' },
}
export const needsRedis = true

export function run(sandbox) {
  return putsAgainstBare(sandbox, { calls: 50, rounds: 51 })
}
