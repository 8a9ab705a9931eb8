import type { Logger } from '@mcpstore/storage'
import type { ResolvedOptions } from '../options.ts'
import type { Reach } from '../reach.ts'
import type { Registry } from '../services/registry.ts'
import type { Refresher } from './refresh.ts'

/** How long to gather what a server says of its changes before its list is fetched, in ms. */
const GATHER_MS = 100

export interface ListChangesParts {
  options: Pick<ResolvedOptions, 'connectTimeoutMs' | 'refreshBehind'>
  registry: Pick<Registry, 'find'>
  reach: Pick<Reach, 'phase'>
  refresher: Pick<Refresher, 'isOutdated' | 'outdate' | 'refresh'>
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

  /** From now on the list that is known is not served without asking; it is renewed behind. */
  noticed(name: string): void {
    const { options, refresher, registry } = this.#parts
    const service = registry.find(name)
    if (!service) return
    refresher.outdate(service)
    if (!options.refreshBehind || this.#gathering.has(name)) return
    this.#gathering.add(name)
    setTimeout(() => {
      this.#gathering.delete(name)
      this.#renew(name)
    }, GATHER_MS).unref()
  }

  #renew(name: string): void {
    const { behind, logger, options, reach, refresher, registry } = this.#parts
    const service = registry.find(name)
    // Nobody is started for it.
    if (!service || reach.phase(name) !== 'connected' || !refresher.isOutdated(name)) return
    const renewal = refresher.refresh(service, { timeoutMs: options.connectTimeoutMs })
    behind(renewal.catch((error: Error) => logger.debug(`a changed list was not renewed: ${error.message}`)))
  }
}
