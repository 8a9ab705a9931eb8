import { setMaxListeners } from 'node:events'
import type { McpStoreError } from '@mcpstore/storage'
import { type ErrorCode, storeError } from '../errors.ts'
import type { RequestOptions } from './connector.ts'

/** The longest delay a Node timer takes, about 24 days; a longer one would fire at once. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1

export interface DeadlineOptions extends RequestOptions {
  /** How long it may take in all, in ms, however often it is restarted. Default: no limit. */
  totalMs?: number | undefined
  /** What its caller was given in all, in ms, where `totalMs` is what is left of that; errors name it. */
  givenTotalMs?: number | undefined
}

/**
 * Bounds one operation by a time and by its caller's signal, and knows afterwards which of the two ended it: the
 * SDK's errors do not tell. `clear()` it when the operation is over.
 */
export class Deadline {
  #timeoutMs: number
  /** What errors name. */
  #givenMs: number
  readonly #total: { ms: number; end: number } | undefined
  #isTotal = false
  #holds = 0
  readonly #caller: AbortSignal | undefined
  #abort: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #ended: 'timed out' | 'aborted' | undefined
  readonly #onEnd: (() => void)[] = []
  #controller: AbortController | undefined

  constructor({ timeoutMs, givenMs, totalMs, givenTotalMs, signal }: DeadlineOptions) {
    this.#timeoutMs = Math.round(Math.min(timeoutMs, LONGEST_TIMER_MS))
    this.#givenMs = Math.round(givenMs ?? this.#timeoutMs)
    this.#total =
      totalMs === undefined ? undefined : { ms: givenTotalMs ?? totalMs, end: performance.now() + totalMs }
    this.#caller = signal
    // Many operations may share the caller's signal.
    if (signal) setMaxListeners(0, signal)
    if (signal?.aborted) this.#end('aborted')
    else if (signal) {
      this.#abort = () => this.#end('aborted')
      signal.addEventListener('abort', this.#abort, { once: true })
    }
    this.restart()
  }

  /** Aborted when time is up or the caller gave up. Made when it is asked for: it costs more than all the rest. */
  get signal(): AbortSignal {
    if (this.#controller) {
      // Many requests share it: no leak to warn of.
      setMaxListeners(0, this.#controller.signal)
      return this.#controller.signal
    }
    const controller = new AbortController()
    this.#controller = controller
    if (this.#ended) controller.abort()
    else this.#onEnd.push(() => controller.abort())
    return controller.signal
  }

  get aborted(): boolean {
    return this.#ended !== undefined
  }

  get reason(): string | undefined {
    return this.#ended
  }

  addEventListener(_abort: string, listener: () => void): void {
    this.#onEnd.push(listener)
  }

  /** Counts from now on, the whole time again or `timeoutMs`, but no longer than it may take in all. */
  restart(timeoutMs?: number): void {
    if (timeoutMs !== undefined) {
      this.#timeoutMs = timeoutMs
      this.#givenMs = timeoutMs
    }
    this.#wind()
  }

  /** Stands still until it is released as often as it was held, but for what it may take in all. */
  hold(): void {
    this.#holds++
    this.#wind()
  }

  /** Counts from now on, as after a `restart`. */
  release(timeoutMs?: number): void {
    this.#holds--
    this.restart(timeoutMs)
  }

  #wind(): void {
    clearTimeout(this.#timer)
    if (this.#ended) return
    const once = this.#holds > 0 ? Number.POSITIVE_INFINITY : this.#timeoutMs
    const left = this.#total ? Math.max(0, this.#total.end - performance.now()) : Number.POSITIVE_INFINITY
    this.#isTotal = left < once
    this.#timer = setTimeout(Deadline.#timeUp, Math.round(Math.min(once, left, LONGEST_TIMER_MS)), this)
  }

  /** Settles like `work`, or rejects as soon as the deadline ends; `work` then goes on unheard. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const lose = (): void => reject(new Error(`${this.#ended}`))
      if (this.#ended) lose()
      else this.#onEnd.push(lose)
      work.then(resolve, reject)
    })
  }

  /**
   * The error for an operation this deadline ended, or `undefined` if it did not. `what` begins the sentence, `note` ends it;
   * `advice` is what to do but wait.
   */
  failure(
    what: string,
    note = '',
    advice = 'see what keeps the server busy.',
  ): McpStoreError<ErrorCode> | undefined {
    if (!this.#ended) return undefined
    if (this.#ended === 'aborted')
      return storeError('aborted', `${what} was aborted`, { cause: this.#caller?.reason })
    const hint = `Allow it more time, or ${advice}`
    const time = this.#isTotal ? `${timeText(Math.round(this.#total!.ms))} in all` : timeText(this.#givenMs)
    return storeError('timeout', `${what} took longer than ${time}${note}`, { hint })
  }

  clear(): void {
    clearTimeout(this.#timer)
    if (this.#abort) this.#caller?.removeEventListener('abort', this.#abort)
  }

  static #timeUp(deadline: Deadline): void {
    deadline.#end('timed out')
  }

  #end(how: 'timed out' | 'aborted'): void {
    clearTimeout(this.#timer)
    this.#ended ??= how
    for (const tell of this.#onEnd.splice(0)) tell()
  }
}

/** Begins to count a time down; answers what is left of it, at least 1 ms, to be handed on. */
export function countdown<Bounds extends RequestOptions>(bounds: Bounds): () => Bounds & { givenMs: number } {
  const end = performance.now() + bounds.timeoutMs
  const givenMs = bounds.givenMs ?? bounds.timeoutMs
  return () => ({ ...bounds, timeoutMs: Math.max(1, end - performance.now()), givenMs })
}

/**
 * Settles like `work`, but no later than `bounds` allow; `work` then goes on unheard. `what` begins the sentence.
 * @throws `timeout`, `aborted`, and what `work` throws.
 */
export async function within<T>(bounds: RequestOptions, what: string, work: Promise<T>): Promise<T> {
  const deadline = new Deadline(bounds)
  try {
    return await deadline.race(work)
  } catch (error) {
    throw deadline.failure(what) ?? error
  } finally {
    deadline.clear()
  }
}

/** Waits until `work` is settled, however it ends, but no longer than `ms`. Holds the process open meanwhile. */
export async function settledWithin(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => {}), patience])
  clearTimeout(timer)
}

/** A time in whole seconds where it is that, else in ms. */
export function timeText(ms: number): string {
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`
}
