import { timePerCall } from '../../harness.mjs'
import { configKey, puts } from '../../redis/records.mjs'
import { withRedis } from '../../redis/with-redis.mjs'

export const question = 'open a dataspace of 1,000 records in Redis, list them, close it'
export const comparedWith = { ioredis: { name: 'ioredis: connect, read and parse the same' } }
export const needsRedis = true

const COUNT = 1000

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    await (await redis.dataspace('ours')).putAll(puts(COUNT))
    return sandbox.interleaved(
      {
        ours: () => timePerCall(() => openAndList(redis), 1),
        ioredis: () => timePerCall(() => connectAndRead(redis), 1),
      },
      { rounds: 31, warmUps: 5 },
    )
  })
}

async function openAndList(redis) {
  const dataspace = await redis.dataspace('ours')
  const { length } = dataspace.list('')
  await dataspace.close()
  if (length !== COUNT) throw new Error(`${length} records were listed, not ${COUNT}`)
}

async function connectAndRead(redis) {
  const client = redis.client()
  const pipeline = client.pipeline()
  for (let number = 0; number < COUNT; number++) pipeline.hget(`bench:ours:${configKey(number)}`, 'v')
  for (const [, value] of await pipeline.exec()) JSON.parse(value)
  client.disconnect()
}
