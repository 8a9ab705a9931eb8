import { type RecordKey, recordKey } from '@mcpstore/storage'

/** Where one record of a service lies, in the store's own scope. */
export function serviceKey(service: string, kind: 'config' | 'cache' | 'state'): RecordKey {
  return recordKey({ scope: 'store', service, kind })
}
