import { SOCKET_TIMEOUT, startWithout } from '../../redis/start.mjs'
import { withinMilliseconds } from '../../targets.mjs'

export const question = `start while Redis hangs (SIGSTOP), socket timeout ${SOCKET_TIMEOUT} ms`
export const comparedWith = {
  ioredis: {
    name: 'ioredis with that timeout fails to `PING`',
    target: withinMilliseconds(SOCKET_TIMEOUT + 300),
  },
}
export const needsRedis = true

export function run(sandbox) {
  return startWithout(sandbox, { trouble: (redis) => redis.pause() })
}
