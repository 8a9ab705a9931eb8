import type { Dataspace, McpStoreError } from '@mcpstore/storage'
import { serviceKey } from './keys.ts'
import type { Service } from './registry.ts'
import type { FailureNote } from './service-info.ts'

/** What the last process that reached for a service found, as it is shared. */
export interface HealthNote {
  health: 'ok' | 'failing' | 'auth'
  error: FailureNote | null
  /** Since when it is so, ISO 8601. */
  since: string
}

/** The shared note about a service; `undefined` when there is none for its config, or none that can be read. */
export function readHealth(dataspace: Dataspace, service: Service): HealthNote | undefined {
  const entry = dataspace.get(serviceKey(service, 'state'))
  if (entry?.basis !== service.stamp) return undefined
  const value = entry.value as Partial<HealthNote> | null
  const sound =
    (value?.health === 'ok' || value?.health === 'failing' || value?.health === 'auth') &&
    typeof value.since === 'string' &&
    (value.error === null ||
      (typeof value.error?.code === 'string' && typeof value.error.message === 'string'))
  return sound ? (value as HealthNote) : undefined
}

/** Shares what was found, unless that is known already. Resolves when it is written. */
export async function noteHealth(
  dataspace: Dataspace,
  service: Service,
  failure: McpStoreError | null,
): Promise<void> {
  const health = failure === null ? 'ok' : failure.code === 'auth_required' ? 'auth' : 'failing'
  const before = readHealth(dataspace, service)
  const told = before?.error ?? null
  if (before?.health === health && told?.code === failure?.code && told?.message === failure?.message) return
  const at = new Date().toISOString()
  const error = failure && { code: failure.code, message: failure.message, at }
  await dataspace.put(serviceKey(service, 'state'), { health, error, since: at }, { basis: service.stamp })
}
