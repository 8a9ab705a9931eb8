import type { HealthState } from './health.ts'
import type { Time } from './time.ts'

const RETRY_SUSPECT_MS = 10
const RETRY_FIRST_MS = 100
const RETRY_LAST_MS = 5000

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
  #cancelRetry = () => {}
  #cancelBeat = () => {}

  constructor(options: PaceOptions) {
    this.#options = options
  }

  get beatDue(): boolean {
    return this.#beatDue
  }

  /** An attempt is under way that nobody needs to wait for. */
  attempting(): void {
    this.#cancelRetry()
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(state: HealthState): void {
    const { time, onTime } = this.#options
    const grown = RETRY_FIRST_MS * 2 ** Math.min(this.#failures, 10)
    const base = state === 'suspect' ? RETRY_SUSPECT_MS : Math.min(grown, RETRY_LAST_MS)
    if (state !== 'suspect') this.#failures++
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
