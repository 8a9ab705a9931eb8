import type { Logger } from '@mcpstore/storage'
import type { AuthOption } from './connections/auth-provider.ts'
import type { PrivateAddressOption } from './connections/http/frontier.ts'
import { storeError } from './errors.ts'
import type { HostHandlers } from './host/handlers.ts'
import { hostChecks } from './host/option-checks.ts'
import { type Check, callback, checkOptions, delay, flag, ms, text, texts } from './option-checks.ts'
import type { PinMode } from './pins/tool-changes.ts'
import { type RedisOptions, type RedisSettings, readRedisOptions } from './redis-options.ts'
import { type SecretOption, type Secrets, secretCheck, secretsOf } from './secrets/secret-option.ts'
import type { TrustOption } from './trust/gate.ts'

export type Policy = 'fallback' | 'strict' | 'memory'

export interface StoreOptions extends HostHandlers {
  /** Keep the dataspace in a local file: `true` for the usual place below `home`, or the path of one of its own. */
  local?: boolean | string
  /** Keep the dataspace in Redis, where other machines share it: a URL, or an object that says more. */
  redis?: string | RedisOptions
  /**
   * What happens while Redis does not take writes. `fallback`, the default: they are kept and sent later. `strict`: they
   * fail, and so does `setupStore`. `memory`: Redis is not contacted at all; for incidents and tests.
   */
  policy?: Policy
  /**
   * Whether what Redis has not taken is kept in a file below `home`, for as long as it takes. Default: `true` for a
   * dataspace that has a name and the policy `fallback`.
   */
  mirror?: boolean
  /** Where mcpstore keeps its files. Default: see `homeFolder`. */
  home?: string
  /** Isolates applications. Default: `default`. */
  namespace?: string
  /** Isolates workspaces. `auto` is a new one for each run, the default without `local`; with it `default` is. */
  dataspace?: string
  /** Where the library speaks. Default: warnings and errors, one line each, on stderr. `false` is silent. */
  logger?: Logger | false
  /** Adds every storage operation to the log: command, keys, ms, outcome; never values. */
  debug?: boolean
  /** Where relative paths start and services run that name no folder. Default: the process's. */
  cwd?: string
  /** What placeholders in configs are expanded from. Default: the process's environment. */
  env?: Record<string, string | undefined>
  /** How long connecting to a service may take, in ms. Default: 30,000. */
  connectTimeoutMs?: number
  /** How long a call waits for its answer, in ms. Default: 60,000. */
  callTimeoutMs?: number
  /** How long an unused connection stays open, in ms. Default: 300,000. */
  idleTimeoutMs?: number
  /** How often an open connection that nobody uses is asked whether it is still there, in ms; 0 is never. Default: 60,000. */
  pingIntervalMs?: number
  /** How long a call may take in all, in ms, whatever progress its server tells. Default: 3,600,000. */
  callTotalTimeoutMs?: number
  /** How many calls one service may have under way at a time; more wait their turn. Default: no limit. */
  maxCallsPerService?: number
  /** How long a tool list is fresh that does not say so itself, in ms. Default: 300,000. */
  toolTtlMs?: number
  /** Whether a stale tool list that was served is renewed in the background. Default: `true`. */
  refreshBehind?: boolean
  /**
   * Which services of a dataspace that others can write to may be started and connected, besides those that were
   * approved here: all of it, or what a function answers `true` to; it is asked once for each config.
   */
  trust?: TrustOption
  /**
   * Shared by those who may write the dataspace: what they add is signed with it, so that the others trust it, and its literal
   * secrets are sealed. With `previous` ones what they signed and sealed stays good.
   */
  secret?: SecretOption
  /**
   * Who signs in to a remote service: a provider of tokens for it, or `undefined` for nobody. Asked when it is connected, and
   * only where it is trusted and its config has no `Authorization` of its own.
   */
  auth?: AuthOption
  /**
   * Which addresses of this machine, its networks and its cloud a remote service may reach that nobody here approved or
   * vouched for: all, or those that a function answers `true` to. Default: none.
   */
  allowPrivateAddresses?: PrivateAddressOption
  /**
   * What becomes of tools that are others than when this user first used their service. `warn`, the default: it is said.
   * `block`: calls of them are refused, too. `off`: nothing is kept or compared.
   */
  pin?: PinMode
  /** How long the first write waits for a storage that does not answer, in ms. Default: 2,000. */
  socketTimeoutMs?: number
}

/** The options with every default in place. */
export interface ResolvedOptions {
  local: boolean | string
  redis: RedisSettings | undefined
  policy: Policy
  mirror: boolean
  home: string | undefined
  namespace: string
  dataspace: string
  logger: Logger | false | undefined
  debug: boolean
  cwd: string
  env: Record<string, string | undefined>
  connectTimeoutMs: number
  callTimeoutMs: number
  idleTimeoutMs: number
  pingIntervalMs: number
  callTotalTimeoutMs: number
  maxCallsPerService: number | undefined
  toolTtlMs: number
  refreshBehind: boolean
  trust: TrustOption | undefined
  secrets: Secrets
  auth: AuthOption | undefined
  allowPrivateAddresses: PrivateAddressOption
  pin: PinMode
  socketTimeoutMs: number
  host: HostHandlers
}

const POLICIES: readonly Policy[] = ['fallback', 'strict', 'memory']

const PIN_MODES: readonly PinMode[] = ['warn', 'block', 'off']

const CHECKS: Record<keyof StoreOptions, Check> = {
  local: (value) => (flag(value) && text(value) ? 'true, false or the path of a file' : undefined),
  redis: () => undefined,
  policy: (value) =>
    POLICIES.some((policy) => policy === value) ? undefined : `one of ${POLICIES.join(', ')}`,
  mirror: flag,
  home: text,
  namespace: segment,
  dataspace: segment,
  logger: (value) =>
    value === false || isLogger(value) ? undefined : 'false or { debug, info, warn, error }',
  debug: flag,
  cwd: text,
  env: texts,
  connectTimeoutMs: delay,
  callTimeoutMs: delay,
  idleTimeoutMs: delay,
  pingIntervalMs: delay,
  callTotalTimeoutMs: ms,
  maxCallsPerService: (value) =>
    Number.isSafeInteger(value) && (value as number) > 0 ? undefined : 'a whole number from 1',
  toolTtlMs: ms,
  refreshBehind: flag,
  trust: (value) =>
    value === 'dataspace' || typeof value === 'function' ? undefined : "'dataspace' or a function",
  secret: secretCheck,
  auth: callback,
  allowPrivateAddresses: (value) =>
    typeof value === 'function' || flag(value) === undefined ? undefined : 'true, false or a function',
  pin: (value) => (PIN_MODES.some((mode) => mode === value) ? undefined : `one of ${PIN_MODES.join(', ')}`),
  socketTimeoutMs: delay,
  ...hostChecks,
}

/** Checks options and fills in the defaults. @throws `usage` that names the option. */
export function resolveOptions(options: StoreOptions): ResolvedOptions {
  checkOptions('setupStore', options, CHECKS)
  const local = options.local ?? false
  const redis = options.redis === undefined ? undefined : readRedisOptions(options.redis)
  if (local && redis) {
    throw storeError('usage', 'options local and redis are two places for one dataspace', {
      hint: 'Give one of them.',
    })
  }
  if (options.policy !== undefined && !redis) {
    throw storeError('usage', `policy ${options.policy} is about Redis, and no Redis is configured`, {
      hint: 'Give the option redis (--redis, MCPSTORE_REDIS_URL), or leave out policy.',
    })
  }
  const namespace = agreed('namespace', options.namespace, redis?.namespace)
  const dataspace = agreed('dataspace', options.dataspace, redis?.dataspace)
  const socketTimeoutMs = agreed('socketTimeoutMs', options.socketTimeoutMs, redis?.socketTimeoutMs)
  if (local && options.dataspace === 'auto') {
    throw storeError('usage', 'dataspace "auto" is new for each run and cannot be kept in a file', {
      hint: 'Name the dataspace, or leave out local.',
    })
  }
  if (typeof local === 'string' && (options.namespace ?? options.dataspace) !== undefined) {
    throw storeError('usage', 'a file that is named by its path is one dataspace, whatever it is called', {
      hint: 'Use local: true, which has a file for each namespace and dataspace, or leave their names out.',
    })
  }
  return {
    local,
    redis,
    policy: options.policy ?? 'fallback',
    mirror: options.mirror ?? true,
    home: options.home,
    namespace: namespace ?? 'default',
    dataspace: dataspace ?? (local ? 'default' : 'auto'),
    logger: options.logger,
    debug: options.debug ?? false,
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? process.env,
    connectTimeoutMs: options.connectTimeoutMs ?? 30_000,
    callTimeoutMs: options.callTimeoutMs ?? 60_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 300_000,
    pingIntervalMs: options.pingIntervalMs ?? 60_000,
    callTotalTimeoutMs: options.callTotalTimeoutMs ?? 3_600_000,
    maxCallsPerService: options.maxCallsPerService,
    toolTtlMs: options.toolTtlMs ?? 300_000,
    refreshBehind: options.refreshBehind ?? true,
    trust: options.trust,
    secrets: secretsOf(options.secret),
    auth: options.auth,
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    pin: options.pin ?? 'warn',
    socketTimeoutMs: socketTimeoutMs ?? 2000,
    host: handlersOf(options),
  }
}

/** What is given of the handlers; nothing of what is not may be declared to a server. */
function handlersOf({ sampling, elicitation, roots, logging }: HostHandlers): HostHandlers {
  return {
    ...(sampling && { sampling }),
    ...(elicitation && { elicitation }),
    ...(roots && { roots }),
    ...(logging && { logging }),
  }
}

/** An option that can be given in two places. */
function agreed<Name extends 'namespace' | 'dataspace' | 'socketTimeoutMs'>(
  name: Name,
  own: StoreOptions[Name],
  inRedis: StoreOptions[Name],
): StoreOptions[Name] {
  const wanted = inRedis === undefined ? undefined : CHECKS[name](inRedis)
  if (wanted !== undefined) throw storeError('usage', `option redis.${name} must be ${wanted}`)
  if (own !== undefined && inRedis !== undefined && own !== inRedis) {
    throw storeError('usage', `options ${name} and redis.${name} differ`, { hint: 'Give one of them.' })
  }
  return own ?? inRedis
}

function segment(value: unknown): string | undefined {
  const fits = typeof value === 'string' && value.length <= 128 && !/^\s*$|[\p{Cc}\p{Cs}]/u.test(value)
  return fits ? undefined : 'a text of 1 to 128 characters without control characters'
}

function isLogger(value: unknown): boolean {
  const logger = value as Record<string, unknown> | null
  return (
    typeof value === 'object' &&
    ['debug', 'info', 'warn', 'error'].every((name) => typeof logger?.[name] === 'function')
  )
}
