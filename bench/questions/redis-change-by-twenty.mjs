import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { p99, paired } from '../harness.mjs'
import { acknowledgedPut } from '../redis/puts.mjs'
import { changing, puts } from '../redis/records.mjs'
import { rest } from '../redis/rest.mjs'
import { withRedis } from '../redis/with-redis.mjs'
import { withinMilliseconds } from '../targets.mjs'

export const question = 'a change seen by all of 20 other processes, the slowest but 1 %'
export const comparedWith = 'ioredis: `HSET` and `PUBLISH`, there `HGETALL`'
export const target = withinMilliseconds(50)
export const needsRedis = true

const watcher = fileURLToPath(new URL('../programs/watcher.mjs', import.meta.url))
const PROCESSES = 20
const CHANGES = 100

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const dataspace = await redis.dataspace('ours')
    await dataspace.putAll(puts(1000))
    const client = redis.client()
    const others = []
    try {
      for (let started = 0; started < PROCESSES; started++) {
        const other = fork(watcher, [String(redis.port)], { stdio: 'inherit' })
        others.push(other)
        await once(other, 'message')
      }
      const put = acknowledgedPut(dataspace)
      const next = changing()
      const set = () => {
        const { key, value } = next()
        client.hset(`plain:${key}`, 'v', JSON.stringify(value))
        return client.publish('plain:changes', `plain:${key}`)
      }
      return await paired(
        () => slowest(others, 'ours', put),
        () => slowest(others, 'plain', set),
        { pairs: 5 },
      )
    } finally {
      for (const other of others) {
        other.disconnect()
        await once(other, 'exit')
      }
    }
  })
}

/** From before a change is made to the moment at which the last of the processes has it; all read the same clock. */
async function slowest(others, expected, change) {
  const times = []
  for (let count = 0; count < CHANGES; count++) {
    await rest()
    const told = Promise.all(others.map((other) => once(other, 'message')))
    const began = process.hrtime.bigint()
    await change()
    let last = began
    for (const [{ who, at }] of await told) {
      if (who !== expected) throw new Error(`a process saw a change by ${who}`)
      if (BigInt(at) > last) last = BigInt(at)
    }
    times.push(Number(last - began) / 1e6)
  }
  return p99(times)
}
