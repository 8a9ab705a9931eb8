import { type Logger, MAX_VALUE_BYTES, McpStoreError, type Stamp } from '@mcpstore/storage'
import { isRefusal } from '../connections/breaker.ts'
import type { RequestOptions } from '../connections/connector.ts'
import { countdown, within } from '../connections/deadline.ts'
import { storeError } from '../errors.ts'
import { findingOf } from '../failures.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Reach } from '../reach.ts'
import type { Service } from '../services/registry.ts'
import type { Gate } from '../trust/gate.ts'
import { type CachedList, type CachedLists, type FetchedList, listedTools, narrowed } from './cached-list.ts'
import type { OutdatedBy, OutdatedLists } from './outdated-lists.ts'
import type { Projector } from './projection.ts'
import type { Answer, RefreshLeases } from './refresh-lease.ts'

export interface RefreshOptions extends Omit<RequestOptions, 'signal'> {
  /** Asks even a service that failed so often that it is left alone for a while. */
  insist?: boolean | undefined
  /** Only a list will do that was asked for after this. Default: any that is newer than the one that is known. */
  since?: Stamp | undefined
}

export interface RefresherParts {
  options: ResolvedOptions
  lists: CachedLists
  outdated: OutdatedLists
  leases: RefreshLeases
  reach: Reach
  gate: Gate
  logger: Logger
  project: Projector
  /** Told of the `id` of a service whose list this process keeps to itself: no record tells of that. */
  onKept(id: string): void
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

/** How long a list is fresh at most, whatever its server says: a day. */
const LONGEST_TTL_MS = 24 * 60 * 60_000
/** The same for a list without tools, of a server that says it has some: it may not have been ready. */
const EMPTY_TTL_MS = 10_000

/** Asks servers for their tool lists and shares the answers; one question per service at a time. */
export class Refresher {
  readonly #parts: RefresherParts
  readonly #running = new Map<string, Flight>()
  /** When servers last said that their lists changed, until a list comes that was asked for later. */
  readonly #changes = new Map<string, Stamp>()
  /** Of those, what outdates the list that is known in this process only. */
  readonly #ownChanges = new Map<string, Stamp>()
  readonly #tooLarge = new Set<string>()

  constructor(parts: RefresherParts) {
    this.#parts = parts
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
  isOutdated(service: Service): boolean {
    const { lists, outdated } = this.#parts
    const { stamp = NO_STAMP } = lists.whole(service) ?? {}
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
    const ask = (own: RequestOptions) => this.#fetch(service, { ...bounds, ...own })
    const fingerprint = lists.fingerprint(service)
    const isLeftAlone = !bounds.insist && reach.retryAt(service) !== undefined
    // With tokens of the host another list may come of it than for others.
    if (fingerprint === undefined || isLeftAlone || reach.signIns.mayBe(service)) {
      return ask(bounds).then(({ list }) => list)
    }
    const since = bounds.since ?? lists.whole(service)?.stamp ?? NO_STAMP
    const come = () => {
      const list = lists.whole(service)
      return list && list.stamp > since && !outdated.outdates(service, list.stamp) ? list : undefined
    }
    return leases.once({ service, fingerprint, bounds, come, ask })
  }

  async #fetch(service: Service, bounds: RefreshOptions & RequestOptions): Promise<Answer> {
    const { lists, onKept, options, outdated, reach } = this.#parts
    const stamp = lists.begin()
    const left = countdown(bounds)
    const answer = await reach.use(service, bounds, async (connection) => {
      try {
        return { tools: await connection.listTools(left()), server: connection.server }
      } catch (error) {
        if (error instanceof McpStoreError && findingOf(error)) reach.note(service, error)
        throw error
      }
    })
    const { tools, server } = answer
    const { ttlMs = options.toolTtlMs, isPrivate = false, isPublic = false } = tools
    const longestMs =
      tools.length === 0 && server.capabilities?.['tools']
        ? EMPTY_TTL_MS
        : Math.max(options.toolTtlMs, LONGEST_TTL_MS)
    const fetchedAt = new Date()
    const list = {
      tools: [...tools],
      server,
      fetchedAt: fetchedAt.toISOString(),
      ttlMs: Math.min(ttlMs, longestMs),
    }
    const isOwn = (isPrivate && !lists.isOwn) || (reach.signIns.has(service) && !isPublic)
    let isShared = !isOwn
    if (isOwn) {
      lists.keep(service, stamp, list)
      onKept(service.id)
      // Nobody else gets this list, but all learn that theirs is older.
      if (bounds.since !== undefined) outdated.mark(service, stamp, 'asked_anew')
    } else isShared = await this.#share(service, stamp, list)
    return {
      isShared,
      list: {
        tools: listedTools(service.name, tools),
        server,
        stamp,
        fetchedAt: list.fetchedAt,
        freshUntil: fetchedAt.getTime() + list.ttlMs,
        isOwn,
      },
    }
  }

  /** A list that is too large to be stored is of use all the same. Answers whether others have it. */
  async #share(service: Service, stamp: Stamp, list: FetchedList): Promise<boolean> {
    const { lists, logger, project } = this.#parts
    try {
      const { status, durable } = await lists.put(service, stamp, list)
      if (status === 'written') project(service, list.tools, durable)
      return true
    } catch (error) {
      if ((error as { code?: string }).code !== 'usage') throw error
      if (this.#tooLarge.has(service.id)) return false
      this.#tooLarge.add(service.id)
      const limit = `${MAX_VALUE_BYTES / 1024 / 1024} MiB`
      logger.warn(`the tool list of service "${service.name}" has more than ${limit} and is not kept`)
      return false
    }
  }
}

function removedMeanwhile({ name }: Service): McpStoreError {
  return storeError('unknown_service', `service "${name}" was removed while its tools were asked for`, {
    hint: 'Add it again to use it.',
  })
}
