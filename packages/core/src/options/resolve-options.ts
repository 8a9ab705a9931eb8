import { storeError } from '../errors.ts'
import type { HostHandlers } from '../host/handlers.ts'
import { secretsOf } from '../secrets/secret-option.ts'
import { checkOptions } from './option-checks.ts'
import { readRedisOptions } from './redis-options.ts'
import { storeChecks } from './store-checks.ts'
import type { ResolvedOptions, StoreOptions } from './store-options.ts'

/** Checks options and fills in the defaults. @throws `usage` that names the option. */
export function resolveOptions(options: StoreOptions): ResolvedOptions {
  checkOptions('setupStore', options, storeChecks)
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
  if (!redis && !local && options.socketTimeoutMs !== undefined) {
    throw storeError(
      'usage',
      'option socketTimeoutMs is about Redis or a file, and what is here is in memory',
      {
        hint: 'Give the option redis or local, or leave out socketTimeoutMs.',
      },
    )
  }
  const namespace = agreed('namespace', options.namespace, redis?.namespace)
  const dataspace = agreed('dataspace', options.dataspace, redis?.dataspace)
  if (options.mirror && (!redis || (dataspace ?? 'auto') === 'auto')) {
    throw storeError('usage', 'option mirror is for a dataspace in Redis that has a name', {
      hint: 'Give the options redis and dataspace, or leave out mirror.',
    })
  }
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
  if (options.serviceLogs && local !== true && (!redis || (dataspace ?? 'auto') === 'auto')) {
    throw storeError('usage', 'option serviceLogs is for a dataspace that has a name and a usual place', {
      hint: 'Give the options dataspace, and redis or local: true; or leave out serviceLogs.',
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
    onPinProblem: options.onPinProblem,
    socketTimeoutMs: socketTimeoutMs ?? 2000,
    serviceLogs: options.serviceLogs ?? false,
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
  const wanted = inRedis === undefined ? undefined : storeChecks[name](inRedis)
  if (wanted !== undefined) throw storeError('usage', `option redis.${name} must be ${wanted}`)
  if (own !== undefined && inRedis !== undefined && own !== inRedis) {
    throw storeError('usage', `options ${name} and redis.${name} differ`, { hint: 'Give one of them.' })
  }
  return own ?? inRedis
}
