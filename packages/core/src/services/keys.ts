import { type RecordKey, type RecordKind, recordKey, type Scope } from '@mcpstore/storage'

/** What names a service: services of one name in two scopes are two services. */
export interface ServiceName {
  scope: Scope
  name: string
}

/** Where one record of a service lies. */
export function serviceKey({ scope, name }: ServiceName, kind: RecordKind): RecordKey {
  return recordKey({ scope, service: name, kind })
}

/** Tells a service from every other of its dataspace: for whatever is kept by service. */
export function serviceId(service: ServiceName): string {
  return serviceKey(service, 'config')
}
