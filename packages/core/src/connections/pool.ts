import type { ServiceConfig } from '../config/service-config.ts'
import { storeError } from '../errors.ts'
import { connectRetried } from './connect-retried.ts'
import type { Connection, Connector, RequestOptions } from './connector.ts'
import { countdown, Deadline } from './deadline.ts'
import type { Era } from './era.ts'
import { SharedConnection } from './shared-connection.ts'

const DEFAULT_IDLE_MS = 5 * 60_000

export interface PoolOptions {
  connector: Connector
  /** How long an unused connection stays open, in ms. Default: 5 minutes. */
  idleMs?: number | undefined
  /** Told of a target's `id` whose server says, on a connection of the pool, that its tool list changed. */
  onToolsChanged?: ((id: string) => void) | undefined
  /** Told of the `id` when a connection is being opened, is open, or has ended: ask for the `phase`. */
  onPhase?: ((id: string) => void) | undefined
}

export interface UseOptions extends RequestOptions {
  /** The connection stays open until it is closed, however long nobody uses it. */
  keep?: boolean | undefined
}

/** What a connection is opened for. */
export interface ConnectionTarget {
  /** Tells the service from all others: there is one connection of each. */
  id: string
  /** Its name, for people. */
  service: string
  /** Fingerprint of everything that matters for connecting; another one means another connection. */
  key: string
  config: ServiceConfig
  /** What the server spoke the last time. */
  known?: Era | undefined
  /** Whether nobody here approved the service. */
  isStranger?: boolean | undefined
}

/**
 * One connection per service, opened on first use, shared by all who use it at the same time, closed when nobody
 * does any more. A connect that fails in passing is tried again; what runs on a connection never is.
 */
export class ConnectionPool {
  readonly #connector: Connector
  readonly #idleMs: number
  readonly #onToolsChanged: (id: string) => void
  readonly #onPhase: (id: string) => void
  /** Per service, the connection that the next caller gets. */
  readonly #current = new Map<string, { key: string; shared: SharedConnection }>()
  /** What is being ended by `close`: nothing new is begun beside what may be left of it. */
  readonly #ending = new Map<string, Promise<unknown>>()
  /** All of which something may be left, and whose they are. */
  readonly #live = new Map<SharedConnection, string>()
  #closed = false

  constructor({ connector, idleMs = DEFAULT_IDLE_MS, ...told }: PoolOptions) {
    this.#connector = connector
    this.#idleMs = idleMs
    this.#onToolsChanged = told.onToolsChanged ?? (() => {})
    this.#onPhase = told.onPhase ?? (() => {})
  }

  /**
   * Runs `work` on the service's connection. `options` bound the wait for the connection, not the work. Throws what
   * `Connector.connect` throws, what `work` throws, and `unavailable` after `closeAll`.
   */
  async use<T>(
    target: ConnectionTarget,
    options: UseOptions,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const shared = await this.#enter(target, options)
    if (options.keep) shared.keep()
    try {
      return await work(await shared.opened)
    } finally {
      shared.leave()
    }
  }

  /** Where the service's connection is in its life. */
  phase(id: string): 'idle' | 'connecting' | 'connected' {
    const current = this.#current.get(id)
    if (!current) return 'idle'
    return current.shared.isOpen ? 'connected' : 'connecting'
  }

  /** Ends the service's connections now, under whoever uses them. Resolves when nothing of them is left. */
  async close(id: string): Promise<void> {
    const own = [...this.#live].filter(([, owner]) => owner === id)
    const end = Promise.all(own.map(([shared]) => shared.end()))
    this.#ending.set(id, end)
    await end
    if (this.#ending.get(id) === end) this.#ending.delete(id)
  }

  /** Ends the service's connection, unless it is the one of this key, as soon as nobody uses it; nobody new gets it. */
  retire(id: string, key?: string): void {
    const current = this.#current.get(id)
    if (!current || current.key === key) return
    this.#current.delete(id)
    current.shared.retire()
    this.#onPhase(id)
  }

  /** Ends all connections, and the pool. Resolves when nothing of them is left. */
  async closeAll(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#live.keys()].map((shared) => shared.end()))
  }

  /** Becomes a user of the service's connection and waits until it is open. */
  async #enter(target: ConnectionTarget, options: RequestOptions): Promise<SharedConnection> {
    const { signal } = options
    const countingDown = countdown(options)
    for (;;) {
      const left = countingDown()
      const joined = this.#find(target)
      if (joined?.isOpen && !signal?.aborted) {
        joined.enter()
        return joined
      }
      const shared = joined ?? this.#open(target, left)
      // Who opens it leaves the clock to the connector, which knows better what to say when time is up.
      const deadline = new Deadline(joined ? left : { timeoutMs: Number.POSITIVE_INFINITY, signal })
      shared.enter()
      try {
        await deadline.race(shared.opened)
        return shared
      } catch (error) {
        shared.leave()
        const tooLate = deadline.failure(`the connection to service "${target.service}"`)
        if (tooLate) throw tooLate
        // The opener's time was up, not ours.
        if (!joined || (error as { code?: string }).code !== 'timeout') throw error
      } finally {
        deadline.clear()
      }
    }
  }

  #find({ id, key }: ConnectionTarget): SharedConnection | undefined {
    if (this.#closed) throw storeError('unavailable', 'the store is closed')
    this.retire(id, key)
    return this.#current.get(id)?.shared
  }

  #open({ id, service, key, config, ...about }: ConnectionTarget, left: RequestOptions): SharedConnection {
    const shared: SharedConnection = new SharedConnection({
      idleMs: this.#idleMs,
      open: async (signal) => {
        const ending = this.#ending.get(id)
        if (ending) await ending
        const connection = await connectRetried(this.#connector, service, config, {
          ...about,
          ...left,
          signal,
        })
        connection.onToolsChanged(() => this.#onToolsChanged(id))
        return connection
      },
      onOver: () => {
        if (this.#current.get(id)?.shared === shared) this.#current.delete(id)
        this.#onPhase(id)
      },
      onGone: () => this.#live.delete(shared),
    })
    this.#current.set(id, { key, shared })
    this.#live.set(shared, id)
    this.#onPhase(id)
    shared.opened.then(
      () => this.#onPhase(id),
      () => {},
    )
    return shared
  }
}
