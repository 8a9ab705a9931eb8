import { localDataspaces } from '@mcpstore/storage'
import { asError, storeError } from './errors.ts'
import { homeFolder } from './home.ts'
import type { House } from './house.ts'

/** The dataspaces of a namespace. */
export interface DataspaceNames {
  names: string[]
  /** Files of dataspaces whose names cannot be told, as they are too long for a file name. */
  unnamed: string[]
}

/** The dataspaces of the namespace of a store; see `Store.listDataspaces`. @throws `unavailable` */
export async function dataspacesOf({ dataspace, instead, options }: House): Promise<DataspaceNames> {
  const { env, home, local, namespace, redis } = options
  if (local === true) return localDataspaces(homeFolder({ home, env }), namespace)
  if (!redis) return { names: [dataspace.dataspace], unnamed: [] }
  if (instead) throw unknown(instead.reason ?? 'Redis is not contacted', undefined)
  try {
    return { names: (await dataspace.siblings()) ?? [], unnamed: [] }
  } catch (thrown) {
    throw unknown(asError(thrown).message, thrown)
  }
}

function unknown(reason: string, cause: unknown) {
  const { hint } = (cause ?? {}) as { hint?: string }
  return storeError('unavailable', `which dataspaces there are is unknown: ${reason}`, { hint, cause })
}
