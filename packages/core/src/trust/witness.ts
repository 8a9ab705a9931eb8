import { type Dataspace, type Entry, parseRecordKey } from '@mcpstore/storage'
import type { ServiceRecords } from '../services/records.ts'
import type { Signatures } from './signatures.ts'

export interface WitnessParts {
  dataspace: Dataspace
  records: ServiceRecords
  signatures: Signatures
  behind(task: Promise<unknown>): void
}

/**
 * Sees to it that what was signed and replaced while this process looked on is never taken for new again, whether anybody asked
 * for it or not, nor what was removed or cleared. What is there at the start counts as seen; it is looked at when something
 * takes its place.
 */
export function witnessChanges({ dataspace, records, signatures, behind }: WitnessParts): void {
  const first = new Map<string, Entry>()
  for (const prefix of ['services:', 'agents:']) {
    for (const entry of dataspace.list(prefix, 'config')) first.set(entry.key, entry)
    dataspace.watch(prefix, ({ key, cleared }) => {
      if (!isConfig(key)) return
      const before = first.get(key)
      first.delete(key)
      const end = cleared ?? dataspace.removal(key)
      if (end !== undefined) signatures.witnessEnd(key, end)
      const services = [before && records.read(before), records.byId(key)]
      for (const service of services) {
        // What was signed before the end needs no look: it is older, whoever signed it.
        const isOver = end !== undefined && (service?.signature?.at ?? end) <= end
        if (service && !isOver) behind(signatures.witness(service))
      }
    })
  }
}

function isConfig(key: string): boolean {
  return parseRecordKey(key)?.kind === 'config'
}
