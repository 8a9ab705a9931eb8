import type { ResolvedOptions } from '../options.ts'
import type { Reach } from '../reach.ts'
import type { Service } from '../services/registry.ts'
import { type CachedList, type CachedLists, listedTools } from './cached-list.ts'

export interface RefresherParts {
  options: ResolvedOptions
  lists: CachedLists
  reach: Reach
}

/** Asks servers for their tool lists and shares the answers; one question per service at a time. */
export class Refresher {
  readonly #parts: RefresherParts
  readonly #running = new Map<string, Promise<CachedList>>()

  constructor(parts: RefresherParts) {
    this.#parts = parts
  }

  /** The list as the server has it now. @throws what connecting and listing throw. */
  refresh(service: Service, { timeoutMs }: { timeoutMs: number }): Promise<CachedList> {
    const flight = `${this.#parts.lists.fingerprint(service)} ${service.name}`
    const running = this.#running.get(flight)
    if (running) return running
    const started = this.#fetch(service, timeoutMs).finally(() => this.#running.delete(flight))
    this.#running.set(flight, started)
    return started
  }

  async #fetch(service: Service, timeoutMs: number): Promise<CachedList> {
    const { lists, options, reach } = this.#parts
    const stamp = lists.begin()
    const end = performance.now() + timeoutMs
    const answer = await reach.use(service, { timeoutMs }, async (connection) => {
      const left = Math.max(1, Math.ceil(end - performance.now()))
      return { tools: await connection.listTools({ timeoutMs: left }), server: connection.server }
    })
    const fetchedAt = new Date()
    const list = { ...answer, fetchedAt: fetchedAt.toISOString(), ttlMs: options.toolTtlMs }
    await lists.put(service, stamp, list)
    return {
      tools: listedTools(service.name, answer.tools),
      server: answer.server,
      fetchedAt: list.fetchedAt,
      freshUntil: fetchedAt.getTime() + list.ttlMs,
    }
  }
}
