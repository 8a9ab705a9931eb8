import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { p99, roundOf } from '../statistics.mjs'
import { acknowledgedPut } from './puts.mjs'
import { changing, puts } from './records.mjs'
import { rest } from './rest.mjs'
import { withRedis } from './with-redis.mjs'

const watcher = fileURLToPath(new URL('../programs/watcher.mjs', import.meta.url))

/** How long until the last of so many other processes has a change, of a dataspace and of a plain ioredis: the slowest but 1 %. */
export function changesSeen(sandbox, { processes, changes }) {
  return withRedis(sandbox, async (redis) => {
    const dataspace = await redis.dataspace('ours')
    await dataspace.putAll(puts(1000))
    const client = redis.client()
    const others = []
    try {
      for (let started = 0; started < processes; started++) {
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
      return await sandbox.interleaved(
        {
          ours: () => slowest(others, 'ours', { change: put, changes }),
          ioredis: () => slowest(others, 'plain', { change: set, changes }),
        },
        { rounds: 5 },
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
async function slowest(others, expected, { change, changes }) {
  const times = []
  for (let count = 0; count < changes; count++) {
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
  return roundOf(times, p99)
}
