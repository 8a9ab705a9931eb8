import { timePerCall } from '../../harness.mjs'
import { configKey, puts } from '../../redis/records.mjs'
import { withRedis } from '../../redis/with-redis.mjs'
import { atMost } from '../../targets.mjs'

export const question = 'pull 1,000 records'
export const comparedWith = {
  ioredis: { name: 'one pipeline of ioredis that reads the same', target: atMost(2) },
}
export const needsRedis = true

const COUNT = 1000

export function run(sandbox) {
  return withRedis(sandbox, async (redis) => {
    const dataspace = await redis.dataspace('ours')
    await dataspace.putAll(puts(COUNT))
    const backend = redis.backend('ours')
    await backend.open()
    const client = redis.client()
    try {
      return await sandbox.interleaved(
        {
          ours: () => timePerCall(() => pull(backend), 1),
          ioredis: () => timePerCall(() => readAll(client), 1),
        },
        { rounds: 51, warmUps: 10 },
      )
    } finally {
      await backend.close()
    }
  })
}

/** What a process does that knows nothing yet. */
async function pull(backend) {
  const { records } = await backend.pull(0, new Map())
  if (records.length !== COUNT) throw new Error(`${records.length} records were pulled, not ${COUNT}`)
}

async function readAll(client) {
  const pipeline = client.pipeline()
  for (let number = 0; number < COUNT; number++) {
    pipeline.hmget(`bench:ours:${configKey(number)}`, 's', 'd', 'v', 'b', 'n', 'r', 'x', 'i')
  }
  const replies = await pipeline.exec()
  if (!replies.every(([, fields]) => fields[2])) throw new Error('not all were read')
}
