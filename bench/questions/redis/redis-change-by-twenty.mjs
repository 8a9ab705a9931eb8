import { changesSeen } from '../../redis/changes-seen.mjs'
import { withinMilliseconds } from '../../targets.mjs'

export const question = 'a change seen by all of 20 other processes, the slowest but 1 %'
export const comparedWith = {
  ioredis: { name: 'ioredis: `HSET` and `PUBLISH`, there `HGETALL`', target: withinMilliseconds(50, 'p99') },
}
export const needsRedis = true
export const scope = 'normal'

export function run(sandbox) {
  return changesSeen(sandbox, { processes: 20, changes: 100 })
}
