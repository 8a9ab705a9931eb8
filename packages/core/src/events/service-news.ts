import { type Dataspace, parseRecordKey, type Watcher } from '@mcpstore/storage'
import { serviceId } from '../services/keys.ts'

/** Told the `id` of a service, or `null` when there will be no more news of any. */
export type NewsListener = (id: string | null) => void

/**
 * Tells that something about a service may be different now: one of its records, whoever wrote it, or this process's
 * connection to it. At once, and as often as it happens.
 */
export class ServiceNews {
  readonly #dataspace: Dataspace
  readonly #listeners = new Set<NewsListener>()
  #unwatch: (() => void) | undefined

  constructor(dataspace: Dataspace) {
    this.#dataspace = dataspace
  }

  /** Returns how to stop. While nobody listens no record is read for it. */
  on(listener: NewsListener): () => void {
    const own: NewsListener = (id) => listener(id)
    this.#listeners.add(own)
    this.#unwatch ??= this.#watch(({ key }) => {
      const record = parseRecordKey(key)
      if (record) this.tell(serviceId({ scope: record.scope, name: record.service }))
    })
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size > 0) return
      this.#unwatch?.()
      this.#unwatch = undefined
    }
  }

  tell(id: string): void {
    for (const listener of this.#listeners) listener(id)
  }

  /** Wakes all who wait for news, as the store closes. */
  end(): void {
    for (const listener of this.#listeners) listener(null)
  }

  /** The services of the store, and those of agents. */
  #watch(watcher: Watcher): () => void {
    const stops = ['services:', 'agents:'].map((prefix) => this.#dataspace.watch(prefix, watcher))
    return () => {
      for (const stop of stops) stop()
    }
  }
}
