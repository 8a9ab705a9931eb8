import { type Dataspace, isFuture, type Stamp, stampMs } from '@mcpstore/storage'
import type { DataspaceKey } from '../secrets/dataspace-key.ts'
import type { Keyring } from '../secrets/keyring.ts'
import type { ServiceName } from '../services/keys.ts'
import type { Service } from '../services/registry.ts'
import { isSignedBy, type Signature, type SignatureVerdict, sign } from './signature.ts'

/** Signs configs, and judges the signatures of others. */
export class Signatures {
  readonly #keys: Keyring
  readonly #dataspace: Dataspace
  readonly #judged = new WeakMap<Signature, boolean>()
  /** By service the newest moment that was signed, or at which it was removed or cleared, as far as this process saw. */
  readonly #newest = new Map<string, Stamp>()

  constructor(keys: Keyring, dataspace: Dataspace) {
    this.#keys = keys
    this.#dataspace = dataspace
  }

  sign(service: ServiceName, config: Service['config'], at: Stamp, key: DataspaceKey): Signature {
    return sign(service, config, at, { key, place: this.#dataspace })
  }

  /** Derives the keys that these services are signed with, as far as there are secrets for them. */
  async prepare(services: readonly Service[]): Promise<void> {
    const ids = services.flatMap(({ signature }) => signature?.key ?? [])
    if (ids.length > 0) await this.#keys.load(new Set(ids))
  }

  /** What the signature of a service is worth, as of the last `prepare` about it; `null` where there is none. */
  verdict(service: Service): SignatureVerdict | null {
    const { id, signature } = service
    if (!signature) return null
    const key = this.#keys.get(signature.key)
    if (!key) return this.#keys.mayHave(signature.key) ? 'unchecked' : 'foreign'
    if (!this.#isGood(service, signature, key)) return 'broken'
    const newest = this.#newest.get(id)
    if (newest !== undefined && signature.at < newest) return 'older'
    this.#note(id, signature.at)
    return 'valid'
  }

  /** Remembers when this service was signed, so that what was signed before can never come back. */
  async witness(service: Service): Promise<void> {
    if (!service.signature || !this.#keys.hasSecret) return
    await this.prepare([service])
    this.verdict(service)
  }

  /** The same when it was removed, or cleared. */
  witnessEnd(id: string, at: Stamp): void {
    const newest = this.#newest.get(id)
    if (newest === undefined || newest < at) this.#note(id, at)
  }

  #isGood(service: Service, signature: Signature, key: DataspaceKey): boolean {
    const known = this.#judged.get(signature)
    if (known !== undefined) return known
    const isGood = isSignedBy(service, service.config, signature, { key, place: this.#dataspace })
    this.#judged.set(signature, isGood)
    return isGood
  }

  #note(id: string, at: Stamp): void {
    // Whoever signs with a clock that is further ahead than storage bears must not outdate what others sign.
    if (!isFuture(at, stampMs(this.#dataspace.tick()))) this.#newest.set(id, at)
  }
}
