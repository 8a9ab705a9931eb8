import type { Time } from '@mcpstore/storage'

interface Timer {
  at: number
  task: () => void
}

/** Time that passes only when told to. */
export class ManualTime implements Time {
  #now: number
  #passed = 0
  #timers = new Set<Timer>()
  #chance: () => number

  constructor(now = 1_700_000_000_000, chance: () => number = Math.random) {
    this.#now = now
    this.#chance = chance
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#passed
  }

  random(): number {
    return this.#chance()
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#passed + ms, task }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Steps the wall clock without letting time pass. */
  jump(ms: number): void {
    this.#now += ms
  }

  /** Lets `ms` pass: timers run in order, and what they caused settles in between. */
  async pass(ms: number): Promise<void> {
    const end = this.#passed + ms
    await settle()
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (!next) break
      this.#timers.delete(next)
      this.#moveTo(Math.max(this.#passed, next.at))
      next.task()
      await settle()
    }
    this.#moveTo(end)
  }

  #moveTo(passed: number): void {
    this.#now += passed - this.#passed
    this.#passed = passed
  }
}

/** Lets every promise that can settle now do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
