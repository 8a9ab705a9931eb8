import type { Time } from '../time.ts'
import { asBackendError } from './health.ts'

const RETRY_MS = 10
const LAST_CHANCE_MS = 200

/** Waiting with an end: nothing here waits longer than `waitMs`, and what waits keeps the process alive. */
export class Patience {
  readonly #time: Time
  readonly waitMs: number

  constructor(time: Time, waitMs: number) {
    this.#time = time
    this.waitMs = waitMs
  }

  /** Waits for `start` to call `done`. */
  until(start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#time.after(this.waitMs, resolve, { hold: true })
      start(() => {
        cancel()
        resolve()
      })
    })
  }

  /** Makes attempts until one has satisfied. */
  untilSatisfied(satisfied: () => boolean, attempt: () => Promise<void>): Promise<void> {
    let over = false
    const waited = this.until((done) => {
      const again = () =>
        void attempt().then(() => {
          if (satisfied()) done()
          else if (!over) this.#time.after(RETRY_MS, again)
        })
      again()
    })
    return waited.finally(() => {
      over = true
    })
  }

  /** Asks again as long as the failure is a passing one. @throws what the last attempt threw. */
  async ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const deadline = this.#time.monotonic() + this.waitMs
    for (;;) {
      try {
        return await question()
      } catch (thrown) {
        const isPassing = asBackendError(thrown).state === 'suspect'
        if (!isPassing || this.#time.monotonic() >= deadline) throw thrown
        await new Promise<void>((resolve) => this.#time.after(RETRY_MS, resolve, { hold: true }))
      }
    }
  }
}

/** For what lies in a file, and a backend that was silent: whoever comes next can send it too. */
export function lastChance(time: Time): Patience {
  return new Patience(time, LAST_CHANCE_MS)
}
