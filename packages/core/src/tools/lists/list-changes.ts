import type { Logger } from '@mcpstore/storage'
import type { ServerFacts } from '../../connections/connector.ts'
import type { ResolvedOptions } from '../../options/store-options.ts'
import type { Reach } from '../../reach.ts'
import type { ServiceRecords } from '../../services/records.ts'
import type { CachedLists } from './cached-list.ts'
import type { OutdatedBy } from './outdated-lists.ts'
import type { Refresher } from './refresh.ts'

/** How long to gather what a server says of its changes before its list is fetched, in ms. */
const GATHER_MS = 100
/** The most it gets to be, in ms, for a server that says so again and again although nothing is other. */
const LONGEST_GATHER_MS = 60_000

export interface ListChangesParts {
  options: Pick<ResolvedOptions, 'connectTimeoutMs' | 'refreshBehind'>
  records: Pick<ServiceRecords, 'byId'>
  reach: Pick<Reach, 'phase'>
  lists: Pick<CachedLists, 'known'>
  refresher: Pick<Refresher, 'changedAt' | 'isAsking' | 'noteChange' | 'refresh'>
  logger: Logger
  /** Lets a task run on by itself. */
  behind(task: Promise<unknown>): void
}

/**
 * Renews the lists of servers that say theirs changed, at most one list for all they say in a moment. Who says so in vain is
 * asked ever more rarely, up to once a minute: some servers say it whenever they are asked.
 */
export class ListChanges {
  readonly #parts: ListChangesParts
  readonly #gathering = new Set<string>()
  /** How long to gather what was said in vain the last time, and when that was, by the clock that never steps. */
  readonly #vain = new Map<string, { gatherMs: number; at: number }>()

  constructor(parts: ListChangesParts) {
    this.#parts = parts
  }

  /** The list that is known is renewed behind; until then who asks for it waits for the server. */
  noticed(id: string, by: OutdatedBy = 'list_changed'): void {
    const { options, refresher, records } = this.#parts
    const service = records.byId(id)
    if (!service) return
    refresher.noteChange(service, by)
    if (!options.refreshBehind || this.#gathering.has(id)) return
    this.#gathering.add(id)
    setTimeout(() => {
      this.#gathering.delete(id)
      this.#renew(id)
    }, this.#gatherMs(id)).unref()
  }

  /** A connection to it was opened: a list of another version of its server is one that changed. */
  met(id: string, server: ServerFacts): void {
    const { lists, refresher, records } = this.#parts
    const service = records.byId(id)
    const known = service && lists.known(service)?.server
    // What is being asked for comes from the server as it is now.
    if (!known || refresher.isAsking(service) || isSameVersion(known, server)) return
    this.noticed(id, 'server_upgrade')
  }

  #renew(id: string): void {
    const { behind, lists, logger, options, reach, refresher, records } = this.#parts
    const service = records.byId(id)
    // Nobody is started for it.
    if (!service || reach.phase(service) !== 'connected' || !refresher.changedAt(service)) return
    const since = refresher.changedAt(service)
    const before = lists.known(service)?.hash
    const refreshed = refresher.refresh(service, { timeoutMs: options.connectTimeoutMs, since })
    const renewal = refreshed.then(() => this.#learn(id, lists.known(service)?.hash === before))
    behind(renewal.catch((error: Error) => logger.debug(`a changed list was not renewed: ${error.message}`)))
  }

  #learn(id: string, wasVain: boolean): void {
    if (!wasVain) this.#vain.delete(id)
    else {
      const gatherMs = Math.min(2 * this.#gatherMs(id), LONGEST_GATHER_MS)
      this.#vain.set(id, { gatherMs, at: performance.now() })
    }
  }

  /** Who was quiet for a while after it counts as one that never said so in vain. */
  #gatherMs(id: string): number {
    const { gatherMs, at } = this.#vain.get(id) ?? { gatherMs: GATHER_MS, at: 0 }
    return performance.now() - at > LONGEST_GATHER_MS + gatherMs ? GATHER_MS : gatherMs
  }
}

function isSameVersion(known: ServerFacts, met: ServerFacts): boolean {
  return known.name === met.name && known.version === met.version
}
