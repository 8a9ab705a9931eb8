import type { RedisAddress } from '@mcpstore/storage/redis'
import { LONGEST_TIMER_MS } from '../connections/deadline.ts'
import { storeError } from '../errors.ts'
import { didYouMean, nearest } from '../near.ts'

/** How to reach Redis, and how to use it. Exactly one of `url`, `sentinels`, `cluster` and `client` says where it is. */
export interface RedisOptions extends Omit<RedisAddress, 'username' | 'password'> {
  /** Goes before the one in the URL. `null` is none. */
  username?: string | null | undefined
  /** Goes before the one in the URL. `null` is none. */
  password?: string | null | undefined
  /** The same as the store's option of this name. */
  namespace?: string | undefined
  /** The same as the store's option of this name. */
  dataspace?: string | undefined
  /** How long connecting, or the answer to a command, may take, in ms. Default: 2,000. */
  socketTimeoutMs?: number | undefined
  /** The same in seconds. */
  socket_timeout?: number | undefined
  /** A sign of life is sent three times in this time, in ms. Default: 30,000. */
  healthcheckIntervalMs?: number | undefined
  /** The same in seconds. */
  healthcheck_interval?: number | undefined
  /** Keys with a hash tag, as a cluster needs them. Default: as the server is. */
  hashTag?: boolean | undefined
}

/** What the option `redis` comes to. */
export interface RedisSettings {
  address: RedisAddress
  hashTag: boolean | undefined
  namespace: string | undefined
  dataspace: string | undefined
  socketTimeoutMs: number | undefined
  healthcheckIntervalMs: number
}

type Check = (value: unknown) => boolean
type Name = keyof RedisOptions

const isText: Check = (value) => typeof value === 'string' && value !== ''
const isTextOrNull: Check = (value) => value === null || isText(value)
const isObject: Check = (value) => typeof value === 'object' && value !== null
const isTime =
  (unitMs: number): Check =>
  (value) =>
    typeof value === 'number' && value * unitMs >= 1 && value * unitMs <= LONGEST_TIMER_MS
const isMs: Check = (value) => Number.isInteger(value) && isTime(1)(value)
const isHostList: Check = (value) =>
  Array.isArray(value) && value.every((one) => isText(one?.host) && Number.isInteger(one?.port))

const TEXT = [isText, 'a text that is not empty'] as const
const CREDENTIAL = [isTextOrNull, 'a text that is not empty, or null for none'] as const
const MS = [isMs, `a whole number of milliseconds from 1 to ${LONGEST_TIMER_MS}`] as const
const SECONDS = [isTime(1000), `a number of seconds from 0.001 to ${LONGEST_TIMER_MS / 1000}`] as const
const HOSTS = [isHostList, 'a list of { host, port }'] as const

const CHECKS: Readonly<Record<Name, readonly [Check, string]>> = {
  url: TEXT,
  username: CREDENTIAL,
  password: CREDENTIAL,
  // What these two may be is the store's to say.
  namespace: [() => true, ''],
  dataspace: [() => true, ''],
  socketTimeoutMs: MS,
  socket_timeout: SECONDS,
  healthcheckIntervalMs: MS,
  healthcheck_interval: SECONDS,
  tls: [isObject, "an object of options of Node's tls.connect"],
  sentinels: HOSTS,
  sentinelName: TEXT,
  sentinelUsername: TEXT,
  sentinelPassword: TEXT,
  cluster: HOSTS,
  client: [isObject, 'a client of ioredis'],
  hashTag: [(value) => typeof value === 'boolean', 'true or false'],
}

const DEFAULT_HEALTHCHECK_MS = 30_000

/** Checks the option `redis`, a URL or an object. @throws `usage` that names the option, never its value */
export function readRedisOptions(given: unknown): RedisSettings {
  const options: RedisOptions = typeof given === 'string' ? { url: given } : checked(given)
  const { username, password, hashTag, namespace, dataspace } = options
  const { url, tls, sentinels, sentinelName, sentinelUsername, sentinelPassword, cluster, client } = options
  const parts = { url, tls, sentinels, sentinelName, sentinelUsername, sentinelPassword, cluster, client }
  const address = { ...parts, username: username ?? undefined, password: password ?? undefined }
  return {
    address: Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined)),
    hashTag,
    namespace,
    dataspace,
    socketTimeoutMs: timeOf(options, 'socketTimeoutMs', 'socket_timeout'),
    healthcheckIntervalMs:
      timeOf(options, 'healthcheckIntervalMs', 'healthcheck_interval') ?? DEFAULT_HEALTHCHECK_MS,
  }
}

function checked(given: unknown): RedisOptions {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw storeError('usage', 'option redis must be a URL or an object')
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(CHECKS, name)) throw unknownOption(name)
    const [check, wanted] = CHECKS[name as Name]
    if (value !== undefined && !check(value))
      throw storeError('usage', `option redis.${name} must be ${wanted}`)
  }
  return given
}

function timeOf(
  options: RedisOptions,
  ms: 'socketTimeoutMs' | 'healthcheckIntervalMs',
  seconds: 'socket_timeout' | 'healthcheck_interval',
): number | undefined {
  if (options[ms] !== undefined && options[seconds] !== undefined) {
    throw storeError('usage', `options redis.${ms} and redis.${seconds} are the same in two spellings`, {
      hint: 'Give one of them.',
    })
  }
  return options[ms] ?? (options[seconds] === undefined ? undefined : Math.round(options[seconds] * 1000))
}

function unknownOption(name: string) {
  const [meant] = nearest(name, Object.keys(CHECKS), 1)
  return storeError('usage', `unknown option redis.${name}`, {
    hint: meant ? didYouMean([meant]) : `redis takes ${Object.keys(CHECKS).join(', ')}.`,
  })
}
