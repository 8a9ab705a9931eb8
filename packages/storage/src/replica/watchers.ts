import type { Counter } from '../backend.ts'
import type { HealthState } from '../link/health.ts'
import type { Logger } from '../logger.ts'
import type { Conflict } from '../records/conflict.ts'
import type { RecordKey } from '../records/keyspace.ts'
import type { Stamp } from '../records/stamp.ts'
import type { Entry } from './entry.ts'
import type { Malformed } from './malformed.ts'

/** One record changed. */
export interface Change {
  key: RecordKey
  /** What a reader gets now; `undefined` when there is nothing any more. */
  readonly entry: Entry | undefined
  /** Whether this process wrote it. */
  origin: 'local' | 'remote'
  /** Of a record that ended because the dataspace was cleared, the moment of that. */
  cleared?: Stamp
}

export type Watcher = (change: Change) => void

/** Told of what is no change of a record. */
export interface Observer {
  /** The state of the backend is another one than `before`. */
  onState?(state: HealthState, before: HealthState): void
  /** What was known here was replaced by a writer who had not seen it. */
  onConflict?(conflict: Conflict): void
  /** A total is another one, whoever counted. */
  onCounted?(counter: Pick<Counter, 'key' | 'field'>): void
  /** Somebody has written or sent what cannot be used; it was left out. */
  onMalformed?(malformed: Malformed): void
}

/** Who wants to be told of changes below a prefix, and of the rest. */
export class Watchers {
  readonly #watchers = new Set<{ prefix: string; watcher: Watcher }>()
  readonly #observers = new Set<Observer>()
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

  /** Returns how to stop. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer)
    return () => this.#observers.delete(observer)
  }

  tell(change: Change): void {
    for (const { prefix, watcher } of this.#watchers) {
      if (!change.key.startsWith(prefix)) continue
      this.#safely(`a watcher of ${prefix || 'everything'}`, () => watcher(change))
    }
  }

  tellState(state: HealthState, before: HealthState): void {
    for (const observer of this.#observers)
      this.#safely('an observer', () => observer.onState?.(state, before))
  }

  tellCounted(counter: Pick<Counter, 'key' | 'field'>): void {
    for (const observer of this.#observers) this.#safely('an observer', () => observer.onCounted?.(counter))
  }

  tellMalformed(malformed: Malformed): void {
    for (const observer of this.#observers)
      this.#safely('an observer', () => observer.onMalformed?.(malformed))
  }

  /** Returns them. */
  tellConflicts(conflicts: readonly Conflict[]): readonly Conflict[] {
    for (const observer of this.#observers) {
      for (const conflict of conflicts) this.#safely('an observer', () => observer.onConflict?.(conflict))
    }
    return conflicts
  }

  #safely(who: string, tell: () => void): void {
    try {
      tell()
    } catch (thrown) {
      this.#logger.error(`storage: ${who} threw: ${String(thrown)}`)
    }
  }
}
