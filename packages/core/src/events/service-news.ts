import { type Dataspace, parseRecordKey } from '@mcpstore/storage'

export type NewsListener = (service: string) => void

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
    const own: NewsListener = (service) => listener(service)
    this.#listeners.add(own)
    this.#unwatch ??= this.#dataspace.watch('services:', ({ key }) => {
      const record = parseRecordKey(key)
      if (record) this.tell(record.service)
    })
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size > 0) return
      this.#unwatch?.()
      this.#unwatch = undefined
    }
  }

  tell(service: string): void {
    for (const listener of this.#listeners) listener(service)
  }
}
