import { resolve } from 'node:path'
import { type DataspaceFacts, factsOfFile, localDataspaces } from '@mcpstore/storage'
import { asError, storeError } from './errors.ts'
import { homeFolder } from './home.ts'
import { resolveOptions } from './options/resolve-options.ts'
import type { ResolvedOptions, StoreOptions } from './options/store-options.ts'

/** The dataspaces of a namespace. */
export interface DataspaceList {
  /** In order of their names. */
  dataspaces: DataspaceFacts[]
  /** Files of dataspaces whose names cannot be told, as they are too long for a file name. */
  unnamed: string[]
}

/**
 * The dataspaces of a namespace that stay: those that have a file below `home`, with `local`, or that somebody has opened in
 * this Redis. It takes the options of `setupStore`, and opens none of them: nothing is made, and nobody counts as seen.
 * Without `local` and `redis` there are none. @throws `usage` for a wrong option, `unavailable` where nobody can know
 */
export async function listDataspaces(options: StoreOptions = {}): Promise<DataspaceList> {
  return dataspacesOf(resolveOptions(options))
}

/** The same of options that were checked. @throws `unavailable` */
export async function dataspacesOf(options: ResolvedOptions): Promise<DataspaceList> {
  try {
    return await look(options)
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'usage') throw thrown
    const { message, hint } = asError(thrown) as Error & { hint?: string }
    const said = `which dataspaces there are is unknown: ${message}`
    throw storeError('unavailable', said, { hint, cause: thrown })
  }
}

async function look({
  cwd,
  dataspace,
  env,
  home,
  local,
  ...options
}: ResolvedOptions): Promise<DataspaceList> {
  const { namespace, policy, redis, socketTimeoutMs } = options
  if (local === true) return localDataspaces(homeFolder({ home, env }), namespace)
  if (local !== false) return { dataspaces: [await factsOfFile(resolve(cwd, local), dataspace)], unnamed: [] }
  if (!redis) return { dataspaces: [], unnamed: [] }
  if (policy === 'memory') {
    const hint = 'Leave out the policy: only Redis knows which there are.'
    throw storeError('unavailable', 'the policy is memory: Redis is not contacted', { hint })
  }
  const { redisDataspaces, redisTarget } = await import('@mcpstore/storage/redis')
  const { address, hashTag } = redis
  const place = { target: redisTarget(address), namespace, timeoutMs: socketTimeoutMs }
  const dataspaces = await redisDataspaces({ ...place, ...(hashTag !== undefined && { hashTag }) })
  return { dataspaces, unnamed: [] }
}
