import { timeMedianCall } from '../../harness.mjs'
import { acknowledgedPut } from '../../redis/puts.mjs'
import { puts } from '../../redis/records.mjs'
import { rest } from '../../redis/rest.mjs'
import { withRedis } from '../../redis/with-redis.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`put` into 10,000 records'
export const comparedWith = { few: { name: '`put` into 10', target: atMost(1.3) } }
export const needsRedis = true

const CALLS = 20

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const [many, few] = [await redis.dataspace('many'), await redis.dataspace('few')]
    await many.putAll(puts(10_000))
    await few.putAll(puts(10))
    const [toMany, toFew] = [acknowledgedPut(many), acknowledgedPut(few)]
    return sandbox.interleaved(
      {
        ours: () => timeMedianCall(toMany, CALLS, { pause: rest }),
        few: () => timeMedianCall(toFew, CALLS, { pause: rest }),
      },
      { rounds: 31, warmUps: 5 },
    )
  })
}
