import { asError } from '../../errors.ts'
import type {
  CallOptions,
  Connection,
  ConnectOptions,
  RequestOptions,
  ServerFacts,
  ToolAnswer,
  ToolResult,
} from '../connector.ts'
import { countdown, within } from '../deadline.ts'
import { isExpired, isUnsent, markUnsent } from '../verdict.ts'

/**
 * A new session may take this long, in ms, or as long as the first: whoever opened that may have been in a hurry, and all
 * who wait for it have times of their own.
 */
const LEAST_RENEWAL_MS = 30_000

type Open = (options: ConnectOptions) => Promise<Connection>

/** One session, and how many requests are under way on it. */
interface Held {
  session: Connection
  requests: number
}

/**
 * A connection that outlives its session. A server that has forgotten it is asked for another one, once for all who
 * notice at the same time, and what it turned away is asked for once more: a call only where that proves that it never ran.
 */
export class LastingConnection implements Connection {
  readonly #service: string
  readonly #timeoutMs: number
  readonly #open: Open
  readonly #abort = new AbortController()
  /** All of which something may be left. */
  readonly #live = new Set<Connection>()
  readonly #closeListeners: ((reason: Error | undefined) => void)[] = []
  readonly #toolListeners: (() => void)[] = []
  #current: Held
  /** One that its server may have forgotten: nothing new is sent in it. */
  #doubtful: Held | undefined
  #renewal: Promise<Held> | undefined
  #asked = false
  #ended: { reason: Error | undefined } | undefined

  private constructor(service: string, timeoutMs: number, open: Open, first: Connection) {
    this.#service = service
    this.#timeoutMs = timeoutMs
    this.#open = open
    this.#current = this.#hold(first)
  }

  /** Opens the first session, within `options`. Throws what `open` throws. */
  static async open(service: string, options: ConnectOptions, open: Open): Promise<Connection> {
    return new LastingConnection(
      service,
      Math.max(options.timeoutMs, LEAST_RENEWAL_MS),
      open,
      await open(options),
    )
  }

  get server(): ServerFacts {
    return this.#current.session.server
  }

  get isEnding(): boolean {
    return this.#asked || this.#ended !== undefined
  }

  listTools(options: RequestOptions): Promise<ToolAnswer> {
    return this.#ask(options, (session, bounds) => session.listTools(bounds))
  }

  callTool(tool: string, args: Record<string, unknown>, options: CallOptions): Promise<ToolResult> {
    const { totalTimeoutMs = Number.POSITIVE_INFINITY } = options
    const end = performance.now() + totalTimeoutMs
    return this.#ask(
      options,
      (session, bounds) =>
        session.callTool(tool, args, {
          ...options,
          ...bounds,
          totalTimeoutMs: Math.max(1, end - performance.now()),
        }),
      isUnsent,
    )
  }

  request(
    method: string,
    params: Record<string, unknown>,
    options: RequestOptions,
  ): Promise<Record<string, unknown>> {
    return this.#ask(options, (session, bounds) => session.request(method, params, bounds))
  }

  check(options: RequestOptions): Promise<void> {
    return this.#ask(options, (session, bounds) => session.check(bounds))
  }

  onClose(listener: (reason: Error | undefined) => void): void {
    const { reason } = this.#ended ?? {}
    if (this.#ended) queueMicrotask(() => listener(reason))
    else this.#closeListeners.push(listener)
  }

  onToolsChanged(listener: () => void): void {
    this.#toolListeners.push(listener)
  }

  async close(): Promise<void> {
    this.#asked = true
    this.#abort.abort()
    await this.#renewal?.catch(() => {})
    await Promise.all([...this.#live].map((session) => session.close()))
  }

  async #ask<T>(
    options: RequestOptions,
    work: (session: Connection, bounds: RequestOptions) => Promise<T>,
    mayBeRepeated: (error: unknown) => boolean = () => true,
  ): Promise<T> {
    const left = countdown(options)
    const first = this.#current === this.#doubtful ? await this.#next(this.#current, left()) : this.#current
    try {
      return await this.#work(first, options, work)
    } catch (error) {
      if (!isExpired(error)) throw error
      this.#doubtful = first
      if (!mayBeRepeated(error)) throw error
    }
    const second = await this.#next(first, left())
    try {
      return await this.#work(second, left(), work)
    } catch (error) {
      // It forgets sessions as fast as it begins them: that is for whoever connects, not for the next request.
      if (isExpired(error)) this.#end(asError(error))
      throw error
    }
  }

  async #work<T>(
    held: Held,
    bounds: RequestOptions,
    work: (session: Connection, bounds: RequestOptions) => Promise<T>,
  ): Promise<T> {
    held.requests++
    try {
      return await work(held.session, bounds)
    } finally {
      held.requests--
      this.#letGo(held)
    }
  }

  #next(forgotten: Held, bounds: RequestOptions): Promise<Held> {
    const what = `what was asked of service "${this.#service}" was not sent: its new session`
    return within(bounds, what, this.#renewed(forgotten)).catch((error: unknown) => {
      throw markUnsent(asError(error))
    })
  }

  /** The session after `forgotten`. */
  #renewed(forgotten: Held): Promise<Held> {
    if (this.#current !== forgotten) return Promise.resolve(this.#current)
    this.#renewal ??= this.#renew(forgotten)
    return this.#renewal
  }

  async #renew(forgotten: Held): Promise<Held> {
    try {
      const session = await this.#open({ timeoutMs: this.#timeoutMs, signal: this.#abort.signal })
      this.#current = this.#hold(session)
      this.#letGo(forgotten)
      return this.#current
    } catch (error) {
      this.#end(asError(error))
      throw error
    } finally {
      this.#renewal = undefined
    }
  }

  #hold(session: Connection): Held {
    const held = { session, requests: 0 }
    this.#live.add(session)
    session.onToolsChanged(() => {
      for (const listener of this.#toolListeners) listener()
    })
    session.onClose((reason) => {
      this.#live.delete(session)
      // One that is being replaced, or was, takes nothing with it.
      if (this.#current === held && !this.#renewal) this.#end(reason)
    })
    return held
  }

  /** Ends a session that was replaced, when nothing waits for an answer on it any more. */
  #letGo(held: Held): void {
    if (held !== this.#current && held.requests === 0) void held.session.close()
  }

  #end(reason: Error | undefined): void {
    if (this.#ended) return
    this.#ended = { reason: this.#asked ? undefined : reason }
    for (const listener of this.#closeListeners) listener(this.#ended.reason)
    void this.close()
  }
}
