import { join } from 'node:path'
import { putsWhileDown } from '../../redis/puts-while-down.mjs'
import { withinMilliseconds } from '../../targets.mjs'

export const question = '`put` while Redis is down, 1,000 writes waiting, kept in a mirror'
export const comparedWith = { ioredis: { name: 'ioredis, which refuses it', target: withinMilliseconds(1) } }
export const needsRedis = true

export function run(sandbox) {
  return putsWhileDown(sandbox, { mirror: join(sandbox.folder('mirror'), 'mirror.db'), durable: 'local' })
}
