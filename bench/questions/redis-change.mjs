import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { p99, paired } from '../harness.mjs'
import { acknowledgedPut } from '../redis/puts.mjs'
import { changing, puts } from '../redis/records.mjs'
import { rest } from '../redis/rest.mjs'
import { withRedis } from '../redis/with-redis.mjs'
import { withinMilliseconds } from '../targets.mjs'

export const question = 'a change seen in another process, the slowest but 1 %'
export const comparedWith = 'ioredis: `HSET` and `PUBLISH`, there `HGETALL`'
export const target = withinMilliseconds(20)
export const needsRedis = true

const watcher = fileURLToPath(new URL('../programs/watcher.mjs', import.meta.url))
const CHANGES = 200

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const dataspace = await redis.dataspace('ours')
    await dataspace.putAll(puts(1000))
    const client = redis.client()
    const other = fork(watcher, [String(redis.port)], { stdio: 'inherit' })
    try {
      await once(other, 'message')
      const put = acknowledgedPut(dataspace)
      const next = changing()
      const set = () => {
        const { key, value } = next()
        client.hset(`plain:${key}`, 'v', JSON.stringify(value))
        return client.publish('plain:changes', `plain:${key}`)
      }
      return await paired(
        () => slowest(other, 'ours', put),
        () => slowest(other, 'plain', set),
        { pairs: 5 },
      )
    } finally {
      other.disconnect()
      await once(other, 'exit')
    }
  })
}

/** From before a change is made to the moment at which the other process has it; both read the same clock. */
async function slowest(other, expected, change) {
  const times = []
  for (let count = 0; count < CHANGES; count++) {
    await rest()
    const told = once(other, 'message')
    const began = process.hrtime.bigint()
    await change()
    const [{ who, at }] = await told
    if (who !== expected) throw new Error(`the other process saw a change by ${who}`)
    times.push(Number(BigInt(at) - began) / 1e6)
  }
  return p99(times)
}
