import { recovery } from '../../redis/recovery.mjs'
import { withinMilliseconds } from '../../targets.mjs'

export const question =
  'come back with 1,000 records and 1,000 waiting writes to a Redis that has lost everything'
export const comparedWith = {
  ioredis: { name: 'ioredis: connect, read, write the same', target: withinMilliseconds(500) },
}
export const needsRedis = true

export function run(sandbox) {
  return recovery(sandbox, { lost: true })
}
