import { join, resolve } from 'node:path'
import {
  type Backend,
  type DataspaceStatus,
  fileSegment,
  localFile,
  memoryBackend,
  mirrorFile,
  sqliteBackend,
} from '@mcpstore/storage'
import { homeFolder } from '../home.ts'
import type { RedisSettings } from './redis-options.ts'
import type { ResolvedOptions } from './store-options.ts'

/** Where a store keeps its dataspace, and how the storage tier has to treat that. */
export interface StorePlace {
  backend: Backend
  /** Options of the dataspace that come from the backend. */
  tier: { beatMs?: number; policy?: 'fallback' | 'strict'; mirror?: string }
  /** Where what services say is kept; nowhere if nobody could find it again. */
  logs?: string
  /** What the status says of a backend that is configured and not asked. */
  instead?: Pick<DataspaceStatus, 'configured' | 'reason' | 'location'>
}

/** How long the keys of a dataspace of one run live in Redis when the run ends without a goodbye, in ms. */
const AUTO_LIFETIME_MS = 24 * 3_600_000
const BEATS_PER_HEALTHCHECK = 3
/** How much earlier a request is given up than the wait for it, in ms, so that the reason is known by then. */
const MOST_SLACK_MS = 100

/** Makes the backend that the options ask for; it has not begun to connect. @throws `usage` */
export async function storePlace(options: ResolvedOptions, dataspace: string): Promise<StorePlace> {
  const { local, home, env, namespace, cwd, redis } = options
  if (redis) return redisPlace(options, redis, dataspace)
  if (local === false) return { backend: memoryBackend(), tier: {} }
  if (typeof local === 'string') return { backend: sqliteBackend({ file: resolve(cwd, local) }), tier: {} }
  const folder = homeFolder({ home, env })
  const logs = logFolder(folder, ['local'], namespace, dataspace)
  return { backend: sqliteBackend({ file: localFile(folder, namespace, dataspace) }), tier: {}, logs }
}

/** Beside the data, as its file is: what goes by the same name elsewhere is something else. */
function logFolder(home: string, where: readonly string[], namespace: string, dataspace: string): string {
  return join(home, 'logs', ...where, fileSegment(namespace), fileSegment(dataspace))
}

/** Loads the client of Redis: nobody else needs it. */
async function redisPlace(
  { env, home, mirror, namespace, dataspace: named, socketTimeoutMs, policy }: ResolvedOptions,
  { address, hashTag, healthcheckIntervalMs }: RedisSettings,
  dataspace: string,
): Promise<StorePlace> {
  const { redisBackend, redisTarget, targetHash } = await import('@mcpstore/storage/redis')
  const target = redisTarget(address)
  const [folder, hash] = [homeFolder({ home, env }), targetHash(target)]
  const logs = named === 'auto' ? {} : { logs: logFolder(folder, ['redis', hash], namespace, dataspace) }
  if (policy === 'memory') {
    const reason = 'the policy is memory: Redis is not contacted'
    return {
      backend: memoryBackend(),
      tier: {},
      ...logs,
      instead: { configured: 'redis', reason, location: target.label },
    }
  }
  const backend = redisBackend({
    target,
    namespace,
    dataspace,
    timeoutMs: socketTimeoutMs - Math.min(MOST_SLACK_MS, Math.floor(socketTimeoutMs / 10)),
    ...(hashTag !== undefined && { hashTag }),
    ...(named === 'auto' && { lifetimeMs: AUTO_LIFETIME_MS }),
  })
  // What ends with its run, or is not kept when Redis does not take it, needs no file.
  const isMirrored = mirror && named !== 'auto' && policy === 'fallback'
  const file = mirrorFile(folder, hash, namespace, dataspace)
  const beatMs = Math.ceil(healthcheckIntervalMs / BEATS_PER_HEALTHCHECK)
  return { backend, tier: { beatMs, policy, ...(isMirrored && { mirror: file }) }, ...logs }
}
