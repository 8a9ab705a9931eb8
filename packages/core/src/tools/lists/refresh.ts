import type { McpStoreError, Stamp } from '@mcpstore/storage'
import { isRefusal } from '../../connections/breaker.ts'
import type { RequestOptions } from '../../connections/connector.ts'
import { countdown, within } from '../../connections/deadline.ts'
import { storeError } from '../../errors.ts'
import type { Service } from '../../services/registry.ts'
import type { Gate } from '../../trust/gate.ts'
import { narrowed } from '../tool-filter.ts'
import { ListFetcher, type ListFetcherParts } from './fetch-list.ts'
import type { CachedList } from './list-head.ts'
import type { OutdatedBy } from './outdated-lists.ts'
import type { RefreshLeases } from './refresh-lease.ts'

export interface RefreshOptions extends Omit<RequestOptions, 'signal'> {
  /** Asks even a service that failed so often that it is left alone for a while. */
  insist?: boolean | undefined
  /** Only a list will do that was asked for after this. Default: any that is newer than the one that is known. */
  since?: Stamp | undefined
}

export interface RefresherParts extends ListFetcherParts {
  leases: RefreshLeases
  gate: Gate
}

/** A list that is being asked for, here or by another process. */
interface Flight {
  service: Service
  list: Promise<CachedList>
  /** Ends it: there is no such service any more. */
  end: AbortController
}

/** Before every other. */
const NO_STAMP: Stamp = ''

/** Asks servers for their tool lists and shares the answers; one question per service at a time. */
export class Refresher {
  readonly #parts: RefresherParts
  readonly #running = new Map<string, Flight>()
  /** When servers last said that their lists changed, until a list comes that was asked for later. */
  readonly #changes = new Map<string, Stamp>()
  /** Of those, what outdates the list that is known in this process only. */
  readonly #ownChanges = new Map<string, Stamp>()
  readonly #fetcher: ListFetcher

  constructor(parts: RefresherParts) {
    this.#parts = parts
    this.#fetcher = new ListFetcher(parts)
  }

  /** A point in time for `RefreshOptions.since`. */
  now(): Stamp {
    return this.#parts.lists.begin()
  }

  /**
   * The list as the server has it now, of what may be used of it; `insist` asks even a service that is left alone for its
   * failures. @throws `untrusted`, `unknown_service` when it is removed meanwhile, and what connecting and listing throw.
   */
  async refresh(service: Service, bounds: RefreshOptions): Promise<CachedList> {
    const left = countdown(bounds)
    await this.#parts.gate.admit(service, bounds)
    const flight = this.#flight(service)
    const { since = NO_STAMP } = bounds
    for (;;) {
      const joined = this.#running.get(flight)
      if (!joined) return narrowed(await this.#begin(flight, service, left()), service)
      try {
        const what = `the tool list of service "${service.name}"`
        const list = await within(left(), what, joined.list)
        // Asked for before that: it is asked for again.
        if (list.stamp > since) return narrowed(list, service)
      } catch (error) {
        // Who joins has his own time, and may insist: he starts over when it was the opener's that was up, or who did not.
        const isOpeners =
          ((error as { code?: string }).code === 'timeout' && this.#running.get(flight) !== joined) ||
          (bounds.insist && isRefusal(error))
        if (!isOpeners || left().timeoutMs <= 1) throw error
      }
    }
  }

  /** There is no such service any more: who waits for its list is told at once, and nobody is asked any longer. */
  removed(id: string): void {
    this.#changes.delete(id)
    this.#ownChanges.delete(id)
    for (const { service, end } of this.#running.values()) if (service.id === id) end.abort()
  }

  /**
   * Its server said that its list changed, or is another version by now. A list on its way, which comes after that was
   * said, has the change in all likelihood, and is served; the one that is known is not.
   */
  noteChange(service: Service, by: OutdatedBy = 'list_changed'): void {
    const { lists, options, outdated } = this.#parts
    const stamp = lists.begin()
    this.#changes.set(service.id, stamp)
    if (this.isAsking(service) || this.isOutdated(service)) return
    // A local server that ends with this run takes its change with it, and many say so at every start.
    const isOwn = by === 'list_changed' && service.config.type === 'stdio' && !options.refreshBehind
    if (isOwn) this.#ownChanges.set(service.id, stamp)
    else outdated.mark(service, stamp, by)
  }

  /** When it last said so, until a list comes that was asked for later. */
  changedAt({ id }: Pick<Service, 'id'>): Stamp | undefined {
    return this.#changes.get(id)
  }

  /** Whether its list is being asked for. */
  isAsking(service: Service): boolean {
    return this.#running.has(this.#flight(service))
  }

  /** Whether the list that is known is not to be served any more. */
  isOutdated(
    service: Service,
    list: Pick<CachedList, 'stamp'> | undefined = this.#parts.lists.known(service),
  ): boolean {
    const { outdated } = this.#parts
    const stamp = list?.stamp ?? NO_STAMP
    return stamp < (this.#ownChanges.get(service.id) ?? NO_STAMP) || outdated.outdates(service, stamp)
  }

  #flight(service: Service): string {
    return `${this.#parts.lists.fingerprint(service)} ${service.id}`
  }

  async #begin(flight: string, service: Service, bounds: RefreshOptions): Promise<CachedList> {
    const end = new AbortController()
    const { signal } = end
    const asked = this.#ask(service, { ...bounds, signal })
    const gone = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(removedMeanwhile(service)))
    })
    const list = Promise.race([asked, gone]).finally(() => this.#running.delete(flight))
    this.#running.set(flight, { service, list, end })
    const { stamp } = await list
    if (stamp > (this.#changes.get(service.id) ?? NO_STAMP)) this.#changes.delete(service.id)
    return list
  }

  /** Asks, or waits for who asks already, where what he gets can be used here. */
  #ask(service: Service, bounds: RefreshOptions & { signal: AbortSignal }): Promise<CachedList> {
    const { leases, lists, outdated, reach } = this.#parts
    const ask = (own: RequestOptions) => this.#fetcher.fetch(service, { ...bounds, ...own })
    const fingerprint = lists.fingerprint(service)
    const isLeftAlone = !bounds.insist && reach.retryAt(service) !== undefined
    // With tokens of the host another list may come of it than for others.
    if (fingerprint === undefined || isLeftAlone || reach.signIns.mayBe(service)) {
      return ask(bounds).then(({ list }) => list)
    }
    const since = bounds.since ?? lists.known(service)?.stamp ?? NO_STAMP
    const come = () => {
      const list = lists.whole(service)
      return list && list.stamp > since && !outdated.outdates(service, list.stamp) ? list : undefined
    }
    return leases.once({ service, fingerprint, bounds, come, ask })
  }
}

function removedMeanwhile({ name }: Service): McpStoreError {
  return storeError('unknown_service', `service "${name}" was removed while its tools were asked for`, {
    hint: 'Add it again to use it.',
  })
}
