import { expect, it } from 'vitest'
import { classify, otherHistory, silent } from '../src/backends/redis/errors.ts'
import type { BackendError } from '../src/link/health.ts'

const replies = [
  "READONLY You can't write against a read only replica.",
  "OOM command not allowed when used memory > 'maxmemory'.",
  'NOREPLICAS Not enough good replicas to write.',
  'MISCONF Redis is configured to save RDB snapshots',
  'NOAUTH Authentication required.',
  'WRONGPASS invalid username-password pair',
  "NOPERM this user has no permissions to run the 'evalsha' command",
  'LOADING Redis is loading the dataset in memory',
  'BUSY Redis is busy running a script.',
  'MASTERDOWN Link with MASTER is down',
  'CLUSTERDOWN The cluster is down',
  'TRYAGAIN Multiple keys request during rehashing of slot',
  "CROSSSLOT Keys in request don't hash to the same slot",
  'MOVED 3999 127.0.0.1:6381',
  'ERR max number of clients reached',
  'ERR DB index is out of range',
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'connect ECONNREFUSED 127.0.0.1:6379',
]

it.each<[string, BackendError]>([
  ...replies.map((reply): [string, BackendError] => [reply, classify(new Error(reply), 'redis://h/0')]),
  ['silence', silent('redis://h/0', 100, { again: true })],
  ['another history', otherHistory('redis://h/0')],
])(
  '%s: the hint promised to go on and to send later, where a command ends and strict keeps nothing',
  (_, { hint }) => {
    expect(hint).toMatch(/^(Check|Give|Raise|Run|See|Start|Try|Use|Wait)\b/)
    expect(hint).not.toMatch(/mcpstore goes on|by itself|sent (later|once)|reading goes on/)
  },
)

it.each(['NOAUTH Authentication required.', 'WRONGPASS invalid username-password pair'])(
  'what is wrong with a password is put right where it is given: to the program, or to the library (%s)',
  (message) => {
    const { hint } = classify(new Error(message), 'redis://h/0')
    for (const place of ['URL', 'MCPSTORE_REDIS_PASSWORD', 'setupStore']) expect(hint).toContain(place)
  },
)
