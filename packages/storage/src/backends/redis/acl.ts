import { encodeSegment } from '../../records/keyspace.ts'

/** The commands on keys and the channel of a dataspace, sent here or by a script; `doctor` finds out whether they are allowed. */
export const DATA_COMMANDS = [
  'eval',
  'evalsha',
  'exists',
  'del',
  'pexpire',
  'hget',
  'hset',
  'hsetnx',
  'hdel',
  'hkeys',
  'hmget',
  'hgetall',
  'hincrby',
  'zadd',
  'zscore',
  'zrem',
  'zrange',
  'zrangebyscore',
  'zlexcount',
  'zremrangebyrank',
  'time',
  'info',
  'publish',
] as const

/** What a connection needs besides, the last three to a cluster. */
const CONNECTION_COMMANDS = [
  'multi',
  'exec',
  'select',
  'subscribe',
  'client|setname',
  'cluster|slots',
  'cluster|info',
  'readonly',
]

/** What only `doctor` asks: the size of the dataspace. The slow log is not among it, as it shows what others do. */
const DOCTOR_COMMANDS = ['zcard', 'zrandmember', 'memory|usage']

/**
 * The rights of a user that may do in one namespace all that is needed and nothing outside of it, as words of ACL SETUSER:
 * for keys with a hash tag, on a cluster, and without.
 */
export function redisAclRules(namespace: string): string[] {
  const segment = encodeSegment(namespace)
  const patterns = [`${segment}:*`, `{${segment}:*`]
  const commands = [...DATA_COMMANDS, ...CONNECTION_COMMANDS, ...DOCTOR_COMMANDS]
  return [
    'resetkeys',
    ...patterns.map((pattern) => `~${pattern}`),
    'resetchannels',
    ...patterns.map((pattern) => `&${pattern}`),
    '-@all',
    ...commands.map((command) => `+${command}`),
  ]
}
