import { once } from 'node:events'
import { paired, timeMedianCall } from '../harness.mjs'
import { changing, puts } from '../redis/records.mjs'
import { rest } from '../redis/rest.mjs'
import { withRedis } from '../redis/with-redis.mjs'
import { atMost } from '../targets.mjs'

export const question = 'a change seen among 10,000 records'
export const comparedWith = 'a change seen among 10'
export const target = atMost(1.3)
export const needsRedis = true

const CHANGES = 20

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const [many, few] = [await seenChange(redis, 'many', 10_000), await seenChange(redis, 'few', 10)]
    return paired(
      () => timeMedianCall(many, CHANGES, { pause: rest }),
      () => timeMedianCall(few, CHANGES, { pause: rest }),
      { pairs: 31, warmUps: 5 },
    )
  })
}

/** A function that writes one of `count` records and waits until another connection has it. */
async function seenChange(redis, name, count) {
  const writer = await redis.dataspace(name)
  await writer.putAll(puts(count))
  const reader = await redis.dataspace(name)
  const seen = new EventTarget()
  reader.watch('', () => seen.dispatchEvent(new Event('change')))
  const next = changing()
  return async () => {
    const { key, value } = next()
    const changed = once(seen, 'change')
    await Promise.all([changed, writer.put(key, value)])
  }
}
