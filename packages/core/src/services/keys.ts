import { type RecordKey, recordKey } from '@mcpstore/storage'

type Kind = 'config' | 'cache' | 'state'

const MOST_KEPT = 10_000

/** Keys that were made: every call of a tool needs three, and making them takes as long as all that is read by them. */
const made = new Map<string, Record<Kind, RecordKey>>()

/** Where one record of a service lies, in the store's own scope. */
export function serviceKey(service: string, kind: Kind): RecordKey {
  const known = made.get(service)
  if (known) return known[kind]
  const key = (one: Kind): RecordKey => recordKey({ scope: 'store', service, kind: one })
  const keys = { config: key('config'), cache: key('cache'), state: key('state') }
  if (made.size >= MOST_KEPT) made.clear()
  made.set(service, keys)
  return keys[kind]
}
