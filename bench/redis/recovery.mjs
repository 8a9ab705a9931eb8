import { timePerCall } from '../harness.mjs'
import { startProxy } from './proxy.mjs'
import { configKey, puts } from './records.mjs'
import { withRedis } from './with-redis.mjs'

const COUNT = 1000
const ATTEMPTS = 5

/**
 * From the beginning of the connection that succeeds until Redis has everything: 1,000 records of before, and 1,000 that
 * were written while nobody was let in. With `lost` Redis comes back empty. A plain ioredis connects, reads the same
 * records in one pipeline and writes what is missing in another.
 */
export function recovery(sandbox, { lost }) {
  return recoveries(sandbox, { '': { waiting: COUNT, lost } }, { rounds: 7, warmUps: 2 }).then((sides) => ({
    ours: sides['ours '],
    ioredis: sides['ioredis '],
  }))
}

/**
 * The same for several cases in turn, by name: so many writes are `waiting`, in a `mirror` where one is given. The sides of what is
 * measured are `ours NAME` and `ioredis NAME`.
 */
export function recoveries(sandbox, cases, pace) {
  return withRedis(sandbox, async (redis) => {
    const proxy = await startProxy(redis.port)
    let round = 0
    const sides = Object.entries(cases).flatMap(([name, { waiting, lost = false, mirror }]) => [
      [
        `ours ${name}`,
        () => {
          const file = mirror && `${mirror}/${++round}.db`
          return recover(redis, proxy, { name: `round-${++round}`, waiting, lost, mirror: file })
        },
      ],
      [`ioredis ${name}`, () => timePerCall(() => plain(redis, { waiting, lost }), 1)],
    ])
    try {
      return await sandbox.interleaved(Object.fromEntries(sides), pace)
    } finally {
      await proxy.refuse()
    }
  })
}

async function recover(redis, proxy, { name, waiting, lost, mirror }) {
  const backend = redis.backend(name, { at: proxy.port })
  let began = 0
  const timed = {
    ...backend,
    open: (known) => {
      began = performance.now()
      return backend.open(known)
    },
  }
  const dataspace = await redis.dataspace(name, { backend: timed, mirror })
  const all = puts(COUNT + waiting)
  await dataspace.putAll(all.slice(0, COUNT))
  await proxy.refuse()
  while (dataspace.status().state !== 'down') await dataspace.refresh()
  await dataspace.putAll(all.slice(COUNT))
  if (lost) {
    await redis.kill()
    await redis.restart()
  }
  await proxy.accept()
  // An attempt may be under way that began while nobody was let in.
  for (let attempt = 0; attempt < ATTEMPTS && dataspace.status().state !== 'up'; attempt++) {
    await dataspace.refresh()
  }
  const took = performance.now() - began
  const { state, pendingWrites } = dataspace.status()
  const there = await redis.client().zcard(`bench:${name}:index`)
  if (state !== 'up' || pendingWrites > 0 || there !== COUNT + waiting) {
    throw new Error(`it is ${state}, ${pendingWrites} writes wait, and Redis has ${there} records`)
  }
  await dataspace.close()
  return took
}

async function plain(redis, { waiting, lost }) {
  const client = redis.client()
  const reading = client.pipeline()
  for (let number = 0; number < COUNT; number++) reading.hgetall(`plain:${configKey(number)}`)
  await reading.exec()
  const writing = client.pipeline()
  for (const { key, value } of puts(COUNT + waiting).slice(lost ? 0 : COUNT)) {
    writing.hset(`plain:${key}`, 'v', JSON.stringify(value))
  }
  await writing.exec()
  client.disconnect()
}
