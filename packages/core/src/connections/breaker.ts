import { McpStoreError, type Time } from '@mcpstore/storage'

/** So many failed connects in a row may be bad luck. */
const PATIENCE = 3
const FIRST_REST_MS = 1000
const LONGEST_REST_MS = 60_000

interface Failures {
  /** What they were about: another config deserves its own chance. */
  key: string
  count: number
  last: McpStoreError
  /** When the next attempt may be made: ms of the clock that never steps, and since 1970. */
  restsUntil: number
  retryAt: number
}

const refusals = new WeakSet<Error>()

/** Whether an error only repeats what was found out before: nobody was asked. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && refusals.has(error)
}

/**
 * Leaves services alone that failed to connect again and again: for a second, then ever longer, up to a minute; and one
 * that was waited for in vain at least as long as that took. Whoever asks meanwhile is told at once why it failed; who comes
 * after that makes the next attempt.
 */
export class Breaker {
  readonly #time: Time
  readonly #failures = new Map<string, Failures>()

  constructor(time: Time) {
    this.#time = time
  }

  /** When the next attempt may be made, ms since 1970, if that is still to come. */
  retryAt(id: string): number | undefined {
    const failures = this.#failures.get(id)
    return failures && this.#left(failures) > 0 ? failures.retryAt : undefined
  }

  /** What it last failed with; `undefined` when a connection may be tried. */
  refusal(id: string, key: string): McpStoreError | undefined {
    const failures = this.#failures.get(id)
    if (failures?.key !== key) return undefined
    const left = this.#left(failures)
    if (left <= 0) return undefined
    const { count, last } = failures
    const seconds = Math.ceil(left / 1000)
    const times = count === 1 ? 'a failure' : `${count} failures`
    const message = `not tried again for ${seconds} s after ${times}: ${last.message}`
    const hint = [
      last.hint,
      'Whoever checks it, or waits for it, tries at once (checkServices, waitService).',
    ]
      .filter(Boolean)
      .join(' ')
    const refusal = new McpStoreError(last.code, message, { hint, cause: last })
    refusals.add(refusal)
    return refusal
  }

  /** Takes note of a failed connect that was waited for `waitedMs`. */
  failed(id: string, key: string, last: McpStoreError, waitedMs: number): void {
    const before = this.#failures.get(id)
    const count = before?.key === key ? before.count + 1 : 1
    const grown = FIRST_REST_MS * 2 ** Math.min(count - PATIENCE, 10)
    const jitter = 0.8 + 0.4 * this.#time.random()
    const earned = count < PATIENCE ? 0 : Math.min(grown, LONGEST_REST_MS) * jitter
    // Else whoever asks would be made to wait most of the time.
    const rest = last.code === 'timeout' ? Math.max(earned, Math.min(waitedMs, LONGEST_REST_MS)) : earned
    const [restsUntil, retryAt] = [this.#time.monotonic() + rest, this.#time.now() + rest]
    this.#failures.set(id, { key, count, last, restsUntil, retryAt })
  }

  succeeded(id: string): void {
    this.#failures.delete(id)
  }

  /** Forgets what failed with any other config than that of this key. */
  forget(id: string, key: string | undefined): void {
    if (this.#failures.get(id)?.key !== key) this.#failures.delete(id)
  }

  #left({ restsUntil }: Failures): number {
    return restsUntil - this.#time.monotonic()
  }
}
