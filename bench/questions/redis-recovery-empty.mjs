import { recovery } from '../redis/recovery.mjs'
import { withinMilliseconds } from '../targets.mjs'

export const question = 'the same, and Redis has lost everything'
export const comparedWith = 'ioredis: connect, read, write the same'
export const target = withinMilliseconds(500)
export const needsRedis = true

export function run(sandbox) {
  return recovery(sandbox, { lost: true })
}
