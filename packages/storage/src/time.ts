/** Where the tier gets the time, its timers and its chance from; tests put their own in its place. */
export interface Time {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since some fixed moment: never steps, whatever is done to the clock. */
  monotonic(): number
  /** Calls `task` once after `ms`, and after what has arrived by then was heard. Returns how to cancel it. */
  after(ms: number, task: () => void, options?: AfterOptions): () => void
  /** A number from 0 up to, but not including, 1. */
  random(): number
}

export interface AfterOptions {
  /** Keeps the process alive until then: for a timer that somebody awaits. */
  hold?: boolean
}

export const systemTime: Time = {
  now: () => Date.now(),
  // Not `performance.now()`: the first use of that global loads a part of Node that takes a millisecond.
  monotonic: () => {
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1000 + nanoseconds / 1e6
  },
  after(ms, task, { hold = false } = {}) {
    let immediate: NodeJS.Immediate | undefined
    // Node runs what is due before it reads: after a moment in which this process stood still, each answer would be late.
    const timer = setTimeout(() => {
      immediate = setImmediate(task)
    }, ms)
    if (!hold) timer.unref()
    return () => {
      clearTimeout(timer)
      clearImmediate(immediate)
    }
  },
  random: () => Math.random(),
}
