import type { Time } from '../time.ts'

const RETRY_PASSING_MS = 10
const RETRY_FIRST_MS = 100
const RETRY_LAST_MS = 5000
/** How often everything is compared even so, in ms: a server that was rolled back and went on looks like any other. */
const COMPARE_MS = 600_000
/** How often a server that somebody else may have replaced is connected to again, in ms. */
const RECONNECT_MS = 1000

export interface PaceOptions {
  time: Time
  /** How long after one sign of life the next one is due, in ms. */
  beatMs: number
  /** It is time for an attempt. */
  onTime: () => void
}

/** When the next attempt is made: soon after a failure, ever later after many, and now and then when all is well. */
export class Pace {
  readonly #options: PaceOptions
  #failures = 0
  #beatDue = false
  #comparedAt = 0
  #connectedAt = 0
  #cancelRetry = () => {}
  #cancelBeat = () => {}

  constructor(options: PaceOptions) {
    this.#options = options
  }

  get beatDue(): boolean {
    return this.#beatDue
  }

  get compareDue(): boolean {
    return this.#options.time.monotonic() - this.#comparedAt >= COMPARE_MS
  }

  get reconnectDue(): boolean {
    return this.#options.time.monotonic() - this.#connectedAt >= RECONNECT_MS
  }

  /** Whether it failed at once again, so that the next attempt is made when it is time. */
  get isResting(): boolean {
    return this.#failures > 1
  }

  connecting(): void {
    this.#connectedAt = this.#options.time.monotonic()
  }

  /** Everything was compared as it was at this moment of the clock that never steps. */
  compared(at: number): void {
    this.#comparedAt = at
  }

  /** An attempt is under way that nobody needs to wait for. */
  attempting(): void {
    this.#cancelRetry()
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** Another sign of life is due: the last one says nothing any more. */
  doubted(): void {
    this.#beatDue = true
  }

  /** `passing`: of no more than a moment, on a connection that lasts. */
  failed({ passing }: { passing: boolean }): void {
    const { time, onTime } = this.#options
    const grown = RETRY_FIRST_MS * 2 ** Math.min(this.#failures, 10)
    const base = passing ? RETRY_PASSING_MS : Math.min(grown, RETRY_LAST_MS)
    if (!passing) this.#failures++
    this.#cancelRetry()
    this.#cancelRetry = time.after(base * (0.8 + 0.4 * time.random()), onTime)
  }

  beaten(): void {
    const { time, beatMs, onTime } = this.#options
    this.#beatDue = false
    this.#cancelBeat()
    this.#cancelBeat = time.after(beatMs, () => {
      this.#beatDue = true
      onTime()
    })
  }

  close(): void {
    this.#cancelRetry()
    this.#cancelBeat()
  }
}
