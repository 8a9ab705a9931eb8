import { timePerCall } from '../harness.mjs'
import { startProxy } from './proxy.mjs'
import { configKey, puts } from './records.mjs'
import { withRedis } from './with-redis.mjs'

const COUNT = 1000

/**
 * From the beginning of the connection that succeeds until Redis has everything: 1,000 records of before, and 1,000 that
 * were written while nobody was let in. With `lost` Redis comes back empty. A plain ioredis connects, reads the same
 * records in one pipeline and writes what is missing in another.
 */
export function recovery(sandbox, { lost }) {
  return withRedis(sandbox, async (redis) => {
    const proxy = await startProxy(redis.port)
    let round = 0
    try {
      return await sandbox.interleaved(
        {
          ours: () => recover(redis, proxy, { name: `round-${++round}`, lost }),
          ioredis: () => timePerCall(() => plain(redis, { lost }), 1),
        },
        { rounds: 7, warmUps: 2 },
      )
    } finally {
      await proxy.refuse()
    }
  })
}

async function recover(redis, proxy, { name, lost }) {
  const backend = redis.backend(name, { at: proxy.port })
  let began = 0
  const timed = {
    ...backend,
    open: (known) => {
      began = performance.now()
      return backend.open(known)
    },
  }
  const dataspace = await redis.dataspace(name, { backend: timed })
  const all = puts(2 * COUNT)
  await dataspace.putAll(all.slice(0, COUNT))
  await proxy.refuse()
  while (dataspace.status().state !== 'down') await dataspace.refresh()
  await dataspace.putAll(all.slice(COUNT))
  if (lost) {
    await redis.kill()
    await redis.restart()
  }
  await proxy.accept()
  await dataspace.refresh()
  const took = performance.now() - began
  const { state, pendingWrites } = dataspace.status()
  const there = await redis.client().zcard(`bench:${name}:index`)
  if (state !== 'up' || pendingWrites > 0 || there !== 2 * COUNT) {
    throw new Error(`it is ${state}, ${pendingWrites} writes wait, and Redis has ${there} records`)
  }
  await dataspace.close()
  return took
}

async function plain(redis, { lost }) {
  const client = redis.client()
  const reading = client.pipeline()
  for (let number = 0; number < COUNT; number++) reading.hgetall(`plain:${configKey(number)}`)
  await reading.exec()
  const writing = client.pipeline()
  for (const { key, value } of puts(2 * COUNT).slice(lost ? 0 : COUNT)) {
    writing.hset(`plain:${key}`, 'v', JSON.stringify(value))
  }
  await writing.exec()
  client.disconnect()
}
