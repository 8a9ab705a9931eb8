import type { Malformed } from '@mcpstore/storage'
import type { Emitter } from './events.ts'
import { Gather } from './gather.ts'

/** Tells of what others have written or sent that cannot be used: of each key once, until it is something else. */
export class MalformedReports {
  readonly #told = new Map<string, string>()
  readonly #found = new Map<string, string>()
  readonly #gather: Gather<string>

  constructor(emitter: Emitter) {
    this.#gather = new Gather((keys) => {
      for (const key of keys) {
        const problem = this.#found.get(key)
        this.#found.delete(key)
        if (problem === undefined || this.#told.get(key) === problem) continue
        this.#told.set(key, problem)
        emitter.emit('malformed', { key, problem })
      }
    })
  }

  note({ key, problem }: Malformed): void {
    this.#found.set(key, problem)
    this.#gather.note(key)
  }

  /** What is under this key can be used now. */
  sound(key: string): void {
    this.#told.delete(key)
    this.#found.delete(key)
  }

  stop(): void {
    this.#gather.stop()
  }
}
