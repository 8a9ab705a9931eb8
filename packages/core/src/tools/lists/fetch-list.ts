import { type Dataspace, type Logger, MAX_VALUE_BYTES, type Stamp } from '@mcpstore/storage'
import type { RequestOptions } from '../../connections/connector.ts'
import { countdown } from '../../connections/deadline.ts'
import type { ResolvedOptions } from '../../options/store-options.ts'
import type { Reach } from '../../reach.ts'
import type { Service } from '../../services/registry.ts'
import type { Projector } from '../projection.ts'
import type { CachedLists, FetchedList } from './cached-list.ts'
import type { CachedList } from './list-head.ts'
import type { OutdatedLists } from './outdated-lists.ts'
import { leftOutOf, listedTools } from './read-list.ts'

export interface ListFetcherParts {
  dataspace: Dataspace
  options: ResolvedOptions
  lists: CachedLists
  outdated: OutdatedLists
  reach: Reach
  logger: Logger
  project: Projector
  /** Told of the `id` of a service whose list this process keeps to itself: no record tells of that. */
  onKept(id: string): void
}

export interface FetchOptions extends RequestOptions {
  /** Asks even a service that failed so often that it is left alone for a while. */
  insist?: boolean | undefined
  /** Set where a list was wanted that is newer than any that was known. */
  since?: Stamp | undefined
}

export interface FetchedAnswer {
  list: CachedList
  /** Whether others have it too. */
  isShared: boolean
}

/** How long a list is fresh at most, whatever its server says: a day. */
const LONGEST_TTL_MS = 24 * 60 * 60_000
/** The same for a list without tools, of a server that says it has some: it may not have been ready. */
const EMPTY_TTL_MS = 10_000

/** Asks servers for their tools, and puts each answer where it belongs: before everybody, or with this process only. */
export class ListFetcher {
  readonly #parts: ListFetcherParts
  readonly #tooLarge = new Set<string>()
  /** The services whose lists were written and could not be shown to who looks into the storage: those are written again. */
  readonly #unshown = new Set<string>()

  constructor(parts: ListFetcherParts) {
    this.#parts = parts
  }

  /** @throws what connecting and listing throw */
  async fetch(service: Service, bounds: FetchOptions): Promise<FetchedAnswer> {
    const { lists, onKept, options, outdated, reach } = this.#parts
    const stamp = lists.begin()
    const left = countdown(bounds)
    const answer = await reach.judge(service, bounds, async (connection) => {
      try {
        return { tools: await connection.listTools(left()), server: connection.server }
      } catch (error) {
        // Connecting, too, was time that the service had.
        reach.noteFailure(service, error, { timeoutMs: bounds.givenMs ?? bounds.timeoutMs })
        throw error
      }
    })
    const { tools, server } = answer
    const { ttlMs = options.toolTtlMs, isPrivate = false, isPublic = false } = tools
    const { nameless } = tools
    const longestMs =
      tools.length === 0 && server.capabilities?.['tools']
        ? EMPTY_TTL_MS
        : Math.max(options.toolTtlMs, LONGEST_TTL_MS)
    const now = this.#parts.dataspace.now()
    const list = {
      tools: [...tools],
      server,
      fetchedAt: new Date(now).toISOString(),
      ttlMs: Math.min(ttlMs, longestMs),
      ...(nameless !== undefined && { nameless }),
    }
    const isOwn = (isPrivate && !lists.isOwn) || (reach.signIns.has(service) && !isPublic)
    let isShared = !isOwn
    if (isOwn) {
      lists.keep(service, stamp, list)
      onKept(service.id)
      // Nobody else gets this list, but all learn that theirs is older.
      if (bounds.since !== undefined) outdated.mark(service, stamp, 'asked_anew')
    } else isShared = await this.#share(service, stamp, list)
    const listed = listedTools(service.name, tools)
    return {
      isShared,
      list: {
        tools: listed,
        leftOut: leftOutOf(tools, { listed, nameless }),
        server,
        stamp,
        fetchedAt: list.fetchedAt,
        freshUntil: now + list.ttlMs,
        isOwn,
      },
    }
  }

  /** A list that is too large to be stored is of use all the same. Answers whether others have it. */
  async #share(service: Service, stamp: Stamp, list: FetchedList): Promise<boolean> {
    const { lists, logger, project } = this.#parts
    try {
      const durable = await lists.put(service, stamp, list, { isWhole: this.#unshown.has(service.id) })
      if (durable === undefined) return true
      if (project(service, list.tools, durable)) this.#unshown.delete(service.id)
      else this.#unshown.add(service.id)
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
