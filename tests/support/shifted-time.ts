import { systemTime, type Time } from '@mcpstore/storage'

/** The system's time, with a wall clock that is wrong and a clock of its own that can be moved on. */
export class ShiftedTime implements Time {
  /** How far the wall clock is off, in ms. */
  skewMs = 0
  #passedMs = 0

  now(): number {
    return systemTime.now() + this.skewMs
  }

  monotonic(): number {
    return systemTime.monotonic() + this.#passedMs
  }

  after(...args: Parameters<Time['after']>): () => void {
    return systemTime.after(...args)
  }

  random(): number {
    return systemTime.random()
  }

  /** Has `ms` passed as far as the steady clock goes; timers are not called any earlier. */
  pass(ms: number): void {
    this.#passedMs += ms
  }
}
