import type { RecordKey } from './keyspace.ts'
import type { Logger } from './logger.ts'
import type { Entry } from './replica.ts'

/** One record changed. */
export interface Change {
  key: RecordKey
  /** What a reader gets now; `undefined` when there is nothing any more. */
  readonly entry: Entry | undefined
  /** Whether this process wrote it. */
  origin: 'local' | 'remote'
}

export type Watcher = (change: Change) => void

/** Who wants to be told of changes below a prefix. */
export class Watchers {
  readonly #watchers = new Set<{ prefix: string; watcher: Watcher }>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Returns how to stop. */
  add(prefix: string, watcher: Watcher): () => void {
    const own = { prefix, watcher }
    this.#watchers.add(own)
    return () => this.#watchers.delete(own)
  }

  tell(change: Change): void {
    for (const { prefix, watcher } of this.#watchers) {
      if (!change.key.startsWith(prefix)) continue
      try {
        watcher(change)
      } catch (thrown) {
        this.#logger.error(`storage: a watcher of ${prefix || 'everything'} threw: ${String(thrown)}`)
      }
    }
  }
}
