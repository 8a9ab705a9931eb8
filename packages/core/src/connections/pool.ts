import { setImmediate as nextTurn } from 'node:timers/promises'
import { McpStoreError, type Scope, systemTime, type Time } from '@mcpstore/storage'
import type { ServiceConfig } from '../config/service-config.ts'
import { storeClosed } from '../errors.ts'
import { findingOf, isTelling } from '../failures.ts'
import { Breaker } from './breaker.ts'
import { connectRetried } from './connect-retried.ts'
import type { Connection, Connector, RequestOptions } from './connector.ts'
import { countdown, Deadline } from './deadline.ts'
import type { Era } from './era.ts'
import { SharedConnection } from './shared-connection.ts'
import { isMissed } from './verdict.ts'

const DEFAULT_IDLE_MS = 5 * 60_000
const DEFAULT_CHECK_MS = 60_000

const DEFAULT_CONNECT_MS = 30_000

export interface PoolOptions {
  connector: Connector
  /** How long an unused connection stays open, in ms. Default: 5 minutes. */
  idleMs?: number | undefined
  /** How often an open connection that nobody uses is checked, in ms. Default: 1 minute. */
  checkMs?: number | undefined
  /** How long a connect may usually take, in ms: one that had less time and timed out says nothing about its service. */
  connectMs?: number | undefined
  time?: Time | undefined
  /** Told of a target's `id` whose server says, on a connection of the pool, that its tool list changed. */
  onToolsChanged?: ((id: string) => void) | undefined
  /** Told of the `id` when a connection is being opened, is open, or has ended: ask for the `phase`. */
  onPhase?: ((id: string) => void) | undefined
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
  /** Whether nobody here approved the service. */
  isStranger?: boolean | undefined
  /** Whose it is. Default: the store's. */
  scope?: Scope | undefined
}

export interface UseOptions extends RequestOptions {
  /** Tries even a service that failed so often that it is left alone. */
  insist?: boolean | undefined
  /** The connection stays open until it is closed, however long nobody uses it. */
  keep?: boolean | undefined
  /** What the server spoke the last time. */
  known?: Era | undefined
}

/**
 * One connection per service, opened on first use, shared by all who use it at the same time, closed when nobody
 * does any more. A connect that fails in passing is tried again, one that fails again and again is left alone for a
 * while; what was sent on a connection is never repeated. Of what was not sent at all because that had just ended one other try is made.
 */
export class ConnectionPool {
  readonly #connector: Connector
  readonly #idleMs: number
  readonly #checkMs: number
  readonly #connectMs: number
  readonly #time: Time
  readonly #breaker: Breaker
  readonly #onToolsChanged: (id: string) => void
  readonly #onPhase: (id: string) => void
  /** Per service, the connection that the next caller gets. */
  readonly #current = new Map<string, { key: string; shared: SharedConnection }>()
  /** What is being ended by `close`: nothing new is begun beside what may be left of it. */
  readonly #ending = new Map<string, Promise<unknown>>()
  /** All of which something may be left, and whose they are. */
  readonly #live = new Map<SharedConnection, string>()
  #closed = false

  constructor({
    connector,
    idleMs = DEFAULT_IDLE_MS,
    checkMs = DEFAULT_CHECK_MS,
    connectMs = DEFAULT_CONNECT_MS,
    time = systemTime,
    ...told
  }: PoolOptions) {
    this.#connector = connector
    this.#idleMs = idleMs
    this.#checkMs = checkMs
    this.#connectMs = connectMs
    this.#time = time
    this.#breaker = new Breaker(time)
    this.#onToolsChanged = told.onToolsChanged ?? (() => {})
    this.#onPhase = told.onPhase ?? (() => {})
  }

  /**
   * Runs `work` on the service's connection. `options` bound the wait for the connection, not the work. Throws what
   * `Connector.connect` throws, at once what it last threw while the service is left alone, what `work` throws, and
   * `unavailable` after `closeAll`.
   */
  async use<T>(
    target: ConnectionTarget,
    options: UseOptions,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const left = countdown(options)
    for (let isLast = false; ; isLast = true) {
      const shared = this.#join(target, options) ?? (await this.#enter(target, isLast ? left() : options))
      if (options.keep) shared.keep()
      try {
        return await work(shared.connection ?? (await shared.opened))
      } catch (error) {
        if (isLast || !isMissed(error)) throw error
      } finally {
        shared.leave()
      }
    }
  }

  /** Where the service's connection is in its life. */
  phase(id: string): 'idle' | 'connecting' | 'connected' {
    const current = this.#current.get(id)
    if (!current) return 'idle'
    return current.shared.connection ? 'connected' : 'connecting'
  }

  /** When a connection to a service that is left alone may be tried again, ms since 1970. */
  retryAt(id: string): number | undefined {
    return this.#breaker.retryAt(id)
  }

  /** Ends the service's connections now, under whoever uses them. Resolves when nothing of them is left. */
  async close(id: string): Promise<void> {
    const own = [...this.#live].filter(([, owner]) => owner === id)
    const end = Promise.all(own.map(([shared]) => shared.end()))
    this.#ending.set(id, end)
    await end
    if (this.#ending.get(id) === end) this.#ending.delete(id)
  }

  /**
   * Ends the service's connection, unless it is the one of this key and not ending, as soon as nobody uses it; nobody new
   * gets it. What failed with another key is forgotten.
   */
  retire(id: string, key?: string): void {
    this.#breaker.forget(id, key)
    const current = this.#current.get(id)
    if (!current || (current.key === key && !current.shared.isEnding)) return
    this.#current.delete(id)
    current.shared.retire()
    this.#onPhase(id)
  }

  /** Ends all connections, and the pool. Resolves when nothing of them is left. */
  async closeAll(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#live.keys()].map((shared) => shared.end()))
  }

  /** Becomes a user of the service's connection, if that is open. */
  #join(target: ConnectionTarget, { signal }: RequestOptions): SharedConnection | undefined {
    const joined = this.#find(target)
    if (!joined?.connection || signal?.aborted) return undefined
    joined.enter()
    return joined
  }

  /** Becomes a user of the service's connection and waits until it is open. */
  async #enter(target: ConnectionTarget, options: UseOptions): Promise<SharedConnection> {
    const { insist, known, signal } = options
    const countingDown = countdown(options)
    for (;;) {
      const left = countingDown()
      const joined = this.#find(target)
      const refusal = joined || insist ? undefined : this.#breaker.refusal(target.id, target.key)
      if (refusal) {
        // Who tries until it works would else be all that runs.
        await nextTurn()
        throw refusal
      }
      const shared = joined ?? this.#open(target, left, known)
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
    if (this.#closed) throw storeClosed()
    this.retire(id, key)
    return this.#current.get(id)?.shared
  }

  #open(target: ConnectionTarget, left: RequestOptions, known: Era | undefined): SharedConnection {
    const { id, service, key, config, isStranger, scope } = target
    const shared: SharedConnection = new SharedConnection({
      idleMs: this.#idleMs,
      checkMs: this.#checkMs,
      time: this.#time,
      open: async (signal) => {
        const ending = this.#ending.get(id)
        if (ending) await ending
        const about = { ...left, signal, known, isStranger, scope }
        const began = this.#time.monotonic()
        const connecting = connectRetried(this.#connector, service, config, about)
        const connection = await connecting.catch((error: unknown) => {
          if (this.#isTelling(error, left.timeoutMs))
            this.#breaker.failed(id, key, error, this.#time.monotonic() - began)
          throw error
        })
        this.#breaker.succeeded(id)
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

  #isTelling(error: unknown, timeoutMs: number): error is McpStoreError {
    if (!(error instanceof McpStoreError) || !findingOf(error)?.isDown) return false
    return isTelling(error, { allowedMs: timeoutMs, usualMs: this.#connectMs })
  }
}
