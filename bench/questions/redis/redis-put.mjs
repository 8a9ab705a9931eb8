import { putsAgainstBare } from '../../redis/puts.mjs'
import { rest } from '../../redis/rest.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`put`, acknowledged by Redis'
export const comparedWith = {
  ioredis: { name: 'the same script called through ioredis', target: atMost(1.6) },
  ping: { name: 'a bare round trip: `PING`' },
}
export const needsRedis = true

export function run(sandbox) {
  return putsAgainstBare(sandbox, { calls: 20, rounds: 51, pause: rest })
}
