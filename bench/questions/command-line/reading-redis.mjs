import { reading, readingQuestions } from '../../reading.mjs'
import { withRedis } from '../../redis/with-redis.mjs'

export const questions = readingQuestions('in Redis', 3.2)
export const needsRedis = true

export function run(sandbox) {
  return withRedis(sandbox, ({ port }) => {
    sandbox.env.MCPSTORE_REDIS_URL = `redis://127.0.0.1:${port}`
    return reading(sandbox)
  })
}
