import { once } from 'node:events'
import { timeMedianCall } from '../../harness.mjs'
import { changing, puts } from '../../redis/records.mjs'
import { rest } from '../../redis/rest.mjs'
import { withRedis } from '../../redis/with-redis.mjs'
import { atMost } from '../../targets.mjs'

export const question = 'a change seen among 10,000 records'
export const comparedWith = { few: { name: 'a change seen among 10', target: atMost(1.3) } }
export const needsRedis = true

const CHANGES = 20

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const [many, few] = [await seenChange(redis, 'many', 10_000), await seenChange(redis, 'few', 10)]
    return sandbox.interleaved(
      {
        ours: () => timeMedianCall(many, CHANGES, { pause: rest }),
        few: () => timeMedianCall(few, CHANGES, { pause: rest }),
      },
      { rounds: 31, warmUps: 5 },
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
