import { type RecordKey, type RecordKind, recordKey, type Scope } from '@mcpstore/storage'

/** What names a service: services of one name in two scopes are two services. */
export interface ServiceName {
  scope: Scope
  name: string
}

const MOST_KEPT = 10_000

/** Keys that were made: every call of a tool needs three, and making them takes as long as all that is read by them. */
const made = new Map<string, Map<RecordKind, RecordKey>>()

/** Where one record of a service lies. */
export function serviceKey({ scope, name }: ServiceName, kind: RecordKind): RecordKey {
  // No name holds a slash.
  const id = scope === 'store' ? name : `${scope.agent}/${name}`
  const keys = made.get(id) ?? new Map<RecordKind, RecordKey>()
  const known = keys.get(kind)
  if (known) return known
  const key = recordKey({ scope, service: name, kind })
  keys.set(kind, key)
  if (made.size >= MOST_KEPT) made.clear()
  made.set(id, keys)
  return key
}

/** Tells a service from every other of its dataspace: for whatever is kept by service. */
export function serviceId(service: ServiceName): string {
  return serviceKey(service, 'config')
}
