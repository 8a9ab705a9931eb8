import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { timeEachCall } from '../../harness.mjs'
import { changing, configKey, puts } from '../../redis/records.mjs'
import { withRedis } from '../../redis/with-redis.mjs'
import { p99, roundOf, sidesOf } from '../../statistics.mjs'
import { withinMicroseconds } from '../../targets.mjs'

export const needsRedis = true

const COUNT = 1000
const READS = 20_000
const ENOUGH = 2000
const PUT_EVERY = 10
const QUESTIONS = 200
const TIMEOUT_MS = 300
const PATIENCE_MS = 10_000

/** How a server that is well is brought into another state, and back. */
const troubles = {
  up: [() => {}, () => {}],
  suspect: [(redis) => redis.pause(), (redis) => redis.resume()],
  down: [(redis) => redis.pause(), (redis) => redis.resume()],
  'write-degraded': [
    (_, admin) => admin.config('SET', 'maxmemory', '1'),
    (_, admin) => admin.config('SET', 'maxmemory', '0'),
  ],
  auth: [
    async (_, admin) => {
      await admin.config('SET', 'requirepass', 'other')
      await admin.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    },
    (_, admin) => admin.config('SET', 'requirepass', ''),
  ],
}

export const questions = Object.keys(troubles).map((state) => ({
  question: `read while the state is \`${state}\`, the slowest but 1 %`,
  comparedWith: { ioredis: { name: "ioredis' `HGET`, all well", target: withinMicroseconds(50, 'p99') } },
}))

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const mirror = join(sandbox.folder('mirror'), 'mirror.db')
    const measured = []
    for (const [state, [begin, end]] of Object.entries(troubles)) {
      const admin = redis.client()
      const dataspace = await redis.dataspace('ours', { timeoutMs: TIMEOUT_MS, mirror })
      await dataspace.putAll(puts(COUNT))
      const client = redis.client()
      await client.ping()
      const asked = await timeEachCall(() => client.hget(`bench:ours:${configKey(1)}`, 'v'), QUESTIONS)
      await begin(redis, admin)
      const read = await readTimes(dataspace, state)
      measured.push(sidesOf([{ ours: roundOf(read, p99), ioredis: roundOf(asked, p99) }]))
      await end(redis, admin)
      await dataspace.close()
    }
    return measured
  })
}

/**
 * The times of reads in that state, taken singly, while writes go on and everything else has its turn in between. A
 * state that ends by itself is measured until it does.
 */
async function readTimes(dataspace, state) {
  const change = changing()
  const times = []
  const patience = performance.now() + PATIENCE_MS
  for (let turn = 0; times.length < READS; turn++) {
    if (turn % PUT_EVERY === 0) {
      const { key, value } = change()
      void dataspace.put(key, value)
    }
    await setImmediate()
    const is = dataspace.status().state
    if (performance.now() > patience) throw new Error(`it is ${is}, not ${state}`)
    if (is !== state && times.length >= ENOUGH) break
    if (is !== state) continue
    for (let number = 0; number < 100; number++) {
      const began = performance.now()
      dataspace.get(configKey(number))
      times.push(performance.now() - began)
    }
  }
  return times
}
