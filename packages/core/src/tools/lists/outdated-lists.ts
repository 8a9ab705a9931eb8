import type { Dataspace, Stamp } from '@mcpstore/storage'
import { serviceKey } from '../../services/keys.ts'
import type { Service } from '../../services/registry.ts'

/** How the mark that outdates lists came about. */
export type OutdatedBy = 'list_changed' | 'server_upgrade' | 'asked_anew'

export interface OutdatedListsParts {
  dataspace: Dataspace
  /** Lets a task run on by itself. */
  behind(task: Promise<unknown>): void
}

/**
 * Marks that outdate every tool list of a service that was asked for before them, in every process: one record, whose stamp
 * is all that counts; but for a list that it confirms, which is as new as the mark. What was not written down yet when it was
 * found out comes after the mark, or loses to it.
 */
export class OutdatedLists {
  readonly #parts: OutdatedListsParts

  constructor(parts: OutdatedListsParts) {
    this.#parts = parts
  }

  /** From here on a list that was asked for before `stamp` is good for nobody. */
  mark(service: Service, stamp: Stamp, by: OutdatedBy): void {
    const { behind, dataspace } = this.#parts
    const value = { by, at: new Date(dataspace.now()).toISOString() }
    behind(dataspace.put(serviceKey(service, 'outdated'), value, { basis: service.stamp, stamp }))
  }

  /** Whether a list that was asked for at `stamp` is not to be served any more. */
  outdates(service: Service, stamp: Stamp): boolean {
    const mark = this.#parts.dataspace.get(serviceKey(service, 'outdated'))
    return mark !== undefined && stamp < mark.stamp
  }
}
