import type { BackendKind, HealthState, Logger, Malformed, Scope } from '@mcpstore/storage'
import type { ServiceConfig } from '../config/service-config.ts'
import { asError } from '../errors.ts'
import type { ToolChanges } from '../pins/tool-changes.ts'
import type { FailureNote, StatusWord } from '../services/service-info.ts'
import type { ToolFilter } from '../tools/tool-filter.ts'

/** What a store tells of, and what each event says; `scope` is whose the service is, the store's or an agent's. Secrets in configs are redacted. */
export interface StoreEventMap {
  serviceAdded: { service: string; scope: Scope; status: StatusWord }
  /** Its config is another one. */
  serviceUpdated: { service: string; scope: Scope }
  serviceRemoved: { service: string; scope: Scope }
  /** Its tools are others; `toolCount` is `null` when they are not known any more. */
  toolsChanged: { service: string; scope: Scope; toolCount: number | null }
  /** Tools are not what they were when this user first used the service; told once of each difference. */
  toolsDiffer: { service: string; scope: Scope } & ToolChanges
  /** The word of its status is another one; `error` is the last failure, where there is one. */
  statusChanged: {
    service: string
    scope: Scope
    status: StatusWord
    before: StatusWord
    error: FailureNote | null
  }
  /** What an agent may use of a service of the store is something else; `null` is nothing. */
  assignmentChanged: { agent: string; service: string; assigned: ToolFilter | null }
  /** What was counted of a tool is more, or begins anew; the totals of all processes. `name` is `service/tool`. */
  statsChanged: {
    name: string
    service: string
    scope: Scope
    tool: string
    calls: number
    errors: number
  }
  /** Somebody has written or sent what cannot be used; it was left out. `key` is the record's, or the channel's. */
  malformed: Malformed
  /** Two changed a config at once, and a version that was known here was lost; `null` stands for a removal. */
  conflict: { service: string; scope: Scope; lost: ServiceConfig | null; kept: ServiceConfig | null }
  /**
   * The state of the storage is another one; `backend` is what answers now. `suspect` is not told, as one attempt that failed
   * is no trouble yet: `before` is the state that was told last.
   */
  storageChanged: { state: HealthState; before: HealthState; backend: BackendKind; reason: string | null }
}

export type StoreEventName = keyof StoreEventMap

export type StoreListener<Name extends StoreEventName> = (event: StoreEventMap[Name]) => void

/** What a store tells of, by whichever process it was brought about. */
export interface StoreEvents {
  /**
   * Calls `listener` for each event of that name from now on; returns how to stop. Of many changes in a moment each
   * service is told once. What a listener throws is logged. @throws `usage`, `unavailable` once the store is closed
   */
  on<Name extends StoreEventName>(name: Name, listener: StoreListener<Name>): () => void
}

type AnyListener = (event: never) => unknown

/** The listeners of a store. */
export class Emitter {
  readonly #listeners = new Set<{ name: StoreEventName; listener: AnyListener }>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns how to stop. */
  add<Name extends StoreEventName>(name: Name, listener: StoreListener<Name>): () => void {
    const own = { name, listener: listener as AnyListener }
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  emit<Name extends StoreEventName>(name: Name, event: StoreEventMap[Name]): void {
    for (const own of [...this.#listeners]) {
      // One of those before it may have stopped it.
      if (own.name === name && this.#listeners.has(own)) void this.#call(own.listener, name, event)
    }
  }

  clear(): void {
    this.#listeners.clear()
  }

  /** Also what an async listener throws must not end the host. */
  async #call(listener: AnyListener, name: StoreEventName, event: unknown): Promise<void> {
    try {
      await listener(event as never)
    } catch (thrown) {
      this.#logger.error(`a listener of ${name} threw: ${asError(thrown).message}`)
    }
  }
}
