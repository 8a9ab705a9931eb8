import type { Logger } from '@mcpstore/storage'
import type { ResolvedOptions } from '../options.ts'
import type { Reach } from '../reach.ts'
import type { ServiceRecords } from '../services/records.ts'
import type { Refresher } from './refresh.ts'

/** How long to gather what a server says of its changes before its list is fetched, in ms. */
const GATHER_MS = 100

export interface ListChangesParts {
  options: Pick<ResolvedOptions, 'connectTimeoutMs' | 'refreshBehind'>
  records: Pick<ServiceRecords, 'byId'>
  reach: Pick<Reach, 'phase'>
  refresher: Pick<Refresher, 'isChanged' | 'noteChange' | 'refresh'>
  logger: Logger
  /** Lets a task run on by itself. */
  behind(task: Promise<unknown>): void
}

/** Renews the lists of servers that say theirs changed, at most one list for all they say in a moment. */
export class ListChanges {
  readonly #parts: ListChangesParts
  readonly #gathering = new Set<string>()

  constructor(parts: ListChangesParts) {
    this.#parts = parts
  }

  /** The list that is known is renewed behind; until then who asks for it waits for the server. */
  noticed(id: string): void {
    const { options, refresher, records } = this.#parts
    const service = records.byId(id)
    if (!service) return
    refresher.noteChange(service)
    if (!options.refreshBehind || this.#gathering.has(id)) return
    this.#gathering.add(id)
    setTimeout(() => {
      this.#gathering.delete(id)
      this.#renew(id)
    }, GATHER_MS).unref()
  }

  #renew(id: string): void {
    const { behind, logger, options, reach, refresher, records } = this.#parts
    const service = records.byId(id)
    // Nobody is started for it.
    if (!service || reach.phase(service) !== 'connected' || !refresher.isChanged(service)) return
    const refresh = () => refresher.refresh(service, { timeoutMs: options.connectTimeoutMs })
    // The first may have been on its way before the change.
    const renewal = refresh().then(() => (refresher.isChanged(service) ? refresh() : undefined))
    behind(renewal.catch((error: Error) => logger.debug(`a changed list was not renewed: ${error.message}`)))
  }
}
