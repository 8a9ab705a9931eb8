import { type Logger, MAX_VALUE_BYTES, McpStoreError, type Stamp } from '@mcpstore/storage'
import { isRefusal } from '../connections/breaker.ts'
import type { RequestOptions } from '../connections/connector.ts'
import { countdown, within } from '../connections/deadline.ts'
import { findingOf } from '../failures.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Reach } from '../reach.ts'
import type { Service } from '../services/registry.ts'
import type { Gate } from '../trust/gate.ts'
import { type CachedList, type CachedLists, type FetchedList, listedTools, narrowed } from './cached-list.ts'
import type { Projector } from './projection.ts'

export interface RefreshOptions extends Omit<RequestOptions, 'signal'> {
  /** Asks even a service that failed so often that it is left alone for a while. */
  insist?: boolean | undefined
}

export interface RefresherParts {
  options: ResolvedOptions
  lists: CachedLists
  reach: Reach
  gate: Gate
  logger: Logger
  project: Projector
  /** Told of the `id` of a service whose list this process keeps to itself: no record tells of that. */
  onKept(id: string): void
}

/** How long a list is fresh at most, whatever its server says: a day. */
const LONGEST_TTL_MS = 24 * 60 * 60_000

/** Asks servers for their tool lists and shares the answers; one question per service at a time. */
export class Refresher {
  readonly #parts: RefresherParts
  readonly #running = new Map<string, Promise<CachedList>>()
  /** What servers have said of their lists and no list that was asked for since has come. */
  readonly #changes = new Map<string, { isCovered: boolean }>()
  readonly #tooLarge = new Set<string>()

  constructor(parts: RefresherParts) {
    this.#parts = parts
  }

  /**
   * The list as the server has it now, of what may be used of it; `insist` asks even a service that is left alone for its
   * failures. @throws `untrusted`, and what connecting and listing throw.
   */
  async refresh(service: Service, bounds: RefreshOptions): Promise<CachedList> {
    const left = countdown(bounds)
    await this.#parts.gate.admit(service, bounds)
    const flight = this.#flight(service)
    for (;;) {
      const joined = this.#running.get(flight)
      if (!joined) return narrowed(await this.#begin(flight, service, left()), service)
      try {
        const what = `the tool list of service "${service.name}"`
        return narrowed(await within(left(), what, joined), service)
      } catch (error) {
        // Who joins has his own time, and may insist: he starts over when it was the opener's that was up, or who did not.
        const isOpeners =
          ((error as { code?: string }).code === 'timeout' && this.#running.get(flight) !== joined) ||
          (bounds.insist && isRefusal(error))
        if (!isOpeners || left().timeoutMs <= 1) throw error
      }
    }
  }

  /**
   * Its server said that its list changed. A list on its way, which comes after that was said, has the change in all
   * likelihood, and is served; the one that is known is not.
   */
  noteChange(service: Service): void {
    const isCovered = this.#running.has(this.#flight(service)) && !this.isOutdated(service)
    this.#changes.set(service.id, { isCovered })
  }

  /** Whether a list that was asked for since the last change is still to come. */
  isChanged({ id }: Pick<Service, 'id'>): boolean {
    return this.#changes.has(id)
  }

  /** Whether the list that is known is not to be served any more. */
  isOutdated({ id }: Pick<Service, 'id'>): boolean {
    return this.#changes.get(id)?.isCovered === false
  }

  #flight(service: Service): string {
    return `${this.#parts.lists.fingerprint(service)} ${service.id}`
  }

  #begin(flight: string, service: Service, bounds: RefreshOptions): Promise<CachedList> {
    const change = this.#changes.get(service.id)
    const started = this.#fetch(service, bounds).finally(() => {
      this.#running.delete(flight)
      if (this.#changes.get(service.id) === change) this.#changes.delete(service.id)
    })
    this.#running.set(flight, started)
    return started
  }

  async #fetch(service: Service, bounds: RefreshOptions): Promise<CachedList> {
    const { lists, onKept, options, reach } = this.#parts
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
    const { ttlMs = options.toolTtlMs, isPrivate = false } = tools
    const fetchedAt = new Date()
    const list = {
      tools: [...tools],
      server,
      fetchedAt: fetchedAt.toISOString(),
      ttlMs: Math.min(ttlMs, Math.max(options.toolTtlMs, LONGEST_TTL_MS)),
    }
    const isOwn = isPrivate && !lists.isOwn
    if (isOwn) {
      lists.keep(service, stamp, list)
      onKept(service.id)
    } else await this.#share(service, stamp, list)
    return {
      tools: listedTools(service.name, tools),
      server,
      fetchedAt: list.fetchedAt,
      freshUntil: fetchedAt.getTime() + list.ttlMs,
      isOwn,
    }
  }

  /** A list that is too large to be stored is of use all the same. */
  async #share(service: Service, stamp: Stamp, list: FetchedList): Promise<void> {
    const { lists, logger, project } = this.#parts
    try {
      const { status, durable } = await lists.put(service, stamp, list)
      if (status === 'written') project(service, list.tools, durable)
    } catch (error) {
      if ((error as { code?: string }).code !== 'usage') throw error
      if (this.#tooLarge.has(service.id)) return
      this.#tooLarge.add(service.id)
      const limit = `${MAX_VALUE_BYTES / 1024 / 1024} MiB`
      logger.warn(`the tool list of service "${service.name}" has more than ${limit} and is not kept`)
    }
  }
}
