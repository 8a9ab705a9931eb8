import { SOCKET_TIMEOUT, startWithout } from '../../redis/start.mjs'
import { withinMilliseconds } from '../../targets.mjs'

export const question = `start while Redis is down, socket timeout ${SOCKET_TIMEOUT} ms`
export const comparedWith = {
  ioredis: { name: 'ioredis fails to connect', target: withinMilliseconds(SOCKET_TIMEOUT + 300) },
}
export const needsRedis = true

export function run(sandbox) {
  return startWithout(sandbox, { trouble: (redis) => redis.kill() })
}
