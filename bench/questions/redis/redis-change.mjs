import { changesSeen } from '../../redis/changes-seen.mjs'
import { withinMilliseconds } from '../../targets.mjs'

export const question = 'a change seen in another process, the slowest but 1 %'
export const comparedWith = {
  ioredis: { name: 'ioredis: `HSET` and `PUBLISH`, there `HGETALL`', target: withinMilliseconds(20, 'p99') },
}
export const needsRedis = true

export function run(sandbox) {
  return changesSeen(sandbox, { processes: 1, changes: 200 })
}
