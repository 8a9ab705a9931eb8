import type { Counter, Write } from '../../backend.ts'
import { type RecordKey, statsParent } from '../../records/keyspace.ts'

/** How much is sent at once, in bytes of values. */
const BATCH_BYTES = 1024 * 1024

/** How many keys are asked for in one round trip. */
const KEYS_AT_ONCE = 500

/** The same in parts of which each is one round trip. */
export function* roundTrips<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += KEYS_AT_ONCE) yield items.slice(at, at + KEYS_AT_ONCE)
}

/** The writes in the same order, in parts that are sent one after the other. */
export function batches(writes: readonly Write[]): Write[][] {
  const made: Write[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const write of writes) {
    bytes += write.record.json?.length ?? 0
    if (bytes > BATCH_BYTES) {
      made.push([])
      bytes = write.record.json?.length ?? 0
    }
    made.at(-1)!.push(write)
  }
  return made
}

export interface CounterGroup {
  key: string
  service: string
  /** The config they live under. */
  config: RecordKey
  counters: [counter: string, total: number][]
}

/** Totals by statistics key and service: what one run of the script takes. */
export function counterGroups(totals: readonly Counter[]): CounterGroup[] {
  const made = new Map<string, CounterGroup>()
  for (const { key, field, total } of totals) {
    const [service, counter] = field.split(':') as [string, string]
    const id = `${key} ${service}`
    const group = made.get(id) ?? { key, service, config: statsParent({ key, field }), counters: [] }
    group.counters.push([counter, total])
    made.set(id, group)
  }
  return [...made.values()]
}
