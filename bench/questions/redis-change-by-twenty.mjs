import { changesSeen } from '../redis/changes-seen.mjs'
import { withinMilliseconds } from '../targets.mjs'

export const question = 'a change seen by all of 20 other processes, the slowest but 1 %'
export const comparedWith = 'ioredis: `HSET` and `PUBLISH`, there `HGETALL`'
export const target = withinMilliseconds(50)
export const needsRedis = true

export function run(sandbox) {
  return changesSeen(sandbox, { processes: 20, changes: 100 })
}
