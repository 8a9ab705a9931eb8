import { timeMedianCall } from '../harness.mjs'
import { changing, puts } from './records.mjs'
import { rest } from './rest.mjs'
import { withRedis } from './with-redis.mjs'

const WAITING = 1000
const CALLS = 20

/**
 * `put` while Redis is down and a thousand writes wait already, against an ioredis that is set to refuse at once.
 * `durable` is what each put must say.
 */
export function putsWhileDown(sandbox, { mirror, durable }) {
  return withRedis(sandbox, async (redis) => {
    const dataspace = await redis.dataspace('ours', { mirror })
    const client = redis.client({ enableOfflineQueue: false })
    await redis.kill()
    await dataspace.putAll(puts(WAITING))
    const next = changing()
    const put = async () => {
      const { key, value } = next()
      const told = (await dataspace.put(key, value)).durable
      if (told !== durable) throw new Error(`it was kept in ${told}, not in ${durable}`)
    }
    const refused = async () => {
      const { value } = next()
      const reached = await client.set('bench', JSON.stringify(value)).then(
        () => true,
        () => false,
      )
      if (reached) throw new Error('Redis is not down')
    }
    return sandbox.interleaved(
      {
        ours: () => timeMedianCall(put, CALLS, { pause: rest }),
        ioredis: () => timeMedianCall(refused, CALLS, { pause: rest }),
      },
      { rounds: 31, warmUps: 5 },
    )
  })
}
