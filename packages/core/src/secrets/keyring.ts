import type { Logger } from '@mcpstore/storage'
import type { DataspaceKey, KeyPlace } from './dataspace-key.ts'
import { type Secrets, SHORTEST_SAFE } from './secret-option.ts'

export interface KeyringParts {
  secrets: Secrets
  place: KeyPlace
  logger: Logger
}

/** The keys of a dataspace that this process has secrets for; each is derived once, when it is first needed. */
export class Keyring {
  readonly #parts: KeyringParts
  readonly #derived: Promise<DataspaceKey>[] = []
  readonly #known = new Map<string, DataspaceKey>()

  constructor(parts: KeyringParts) {
    this.#parts = parts
    if (parts.secrets.some(({ length }) => length < SHORTEST_SAFE)) {
      parts.logger.warn(
        `the secret of dataspace "${parts.place.dataspace}" is shorter than ${SHORTEST_SAFE} characters: who can read the data may find it by trying`,
      )
    }
  }

  /** Whether this process has any secret. */
  get hasSecret(): boolean {
    return this.#parts.secrets.length > 0
  }

  /** What is signed and sealed with; `undefined` without a secret. */
  async current(): Promise<DataspaceKey | undefined> {
    return this.hasSecret ? this.#derive(0) : undefined
  }

  /** The key of this id, as far as it was derived. */
  get(id: string): DataspaceKey | undefined {
    return this.#known.get(id)
  }

  /** Derives until each of these keys is known, or there is no secret left to try. */
  async load(ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      for (let at = 0; at < this.#parts.secrets.length && !this.#known.has(id); at++) await this.#derive(at)
    }
  }

  /** Whether `load` could still find this key. */
  mayHave(id: string): boolean {
    return this.#known.has(id) || this.#known.size < this.#parts.secrets.length
  }

  #derive(at: number): Promise<DataspaceKey> {
    this.#derived[at] ??= this.#deriveNow(this.#parts.secrets[at]!)
    return this.#derived[at]
  }

  async #deriveNow(secret: string): Promise<DataspaceKey> {
    const { logger, place } = this.#parts
    const { deriveKey } = await import('./dataspace-key.ts')
    const key = await deriveKey(secret, place)
    this.#known.set(key.id, key)
    logger.debug(`derived the key ${key.id} of dataspace "${place.dataspace}"`)
    return key
  }
}
